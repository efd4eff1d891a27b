package load

import (
	"fmt"
	"regexp"
	"strings"

	"oauthlab/lessons"
)

// noSection marks what no specification has: a word or a rule of this lab's own.
const noSection = "this lab"

var (
	rfcWhole    = regexp.MustCompile(`^RFC ([0-9]{3,5})$`)
	rfcSection  = regexp.MustCompile(`^RFC ([0-9]{3,5}) §([0-9]+(?:\.[0-9]+)*)$`)
	rfcAppendix = regexp.MustCompile(`^RFC ([0-9]{3,5}) appendix ([A-Z])$`)
	oidcSection = regexp.MustCompile(`^OpenID Connect (Core|Discovery) §([0-9]+(?:\.[0-9]+)*)$`)
	linked      = regexp.MustCompile(`^\[([^\]]+)\]\((https://[^)\s]+)\)$`)
)

// Section returns where a section of a specification can be read, such as
// "RFC 6749 §4.1.2", "RFC 7636 appendix B", "OpenID Connect Core §2", one of Discovery, or any other as a
// Markdown link. A whole RFC, such as "RFC 10017", is taken too: for what stands all over it.
func Section(name string) (lessons.Link, error) {
	const editor = "https://www.rfc-editor.org/rfc/rfc"
	if m := rfcWhole.FindStringSubmatch(name); m != nil {
		return lessons.Link{Title: name, URL: editor + m[1]}, nil
	}
	if m := rfcSection.FindStringSubmatch(name); m != nil {
		return lessons.Link{Title: name, URL: editor + m[1] + "#section-" + m[2]}, nil
	}
	if m := rfcAppendix.FindStringSubmatch(name); m != nil {
		return lessons.Link{Title: name, URL: editor + m[1] + "#appendix-" + m[2]}, nil
	}
	if m := oidcSection.FindStringSubmatch(name); m != nil {
		return lessons.Link{Title: name, URL: "https://openid.net/specs/openid-connect-" + strings.ToLower(m[1]) + "-1_0.html#rfc.section." + m[2]}, nil
	}
	if m := linked.FindStringSubmatch(name); m != nil {
		return lessons.Link{Title: m[1], URL: m[2]}, nil
	}
	return lessons.Link{}, fmt.Errorf(
		`section %q: write "RFC 6749 §4.1.2", "RFC 7636 appendix B", "[title](https://…)" or "%s"`, name, noSection)
}
