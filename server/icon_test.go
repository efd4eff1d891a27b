package main

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	linkElement = regexp.MustCompile(`<link [^>]*>`)
	hrefOf      = regexp.MustCompile(`href="([^"]*)"`)
)

// iconsOf returns the addresses of the icons that a page links.
func iconsOf(page string) []string {
	var all []string
	for _, link := range linkElement.FindAllString(page, -1) {
		if href := hrefOf.FindStringSubmatch(link); href != nil && strings.Contains(link, `rel="icon"`) {
			all = append(all, href[1])
		}
	}
	return all
}

// checkIcon holds a document to what a browser does when it stands in a tab: it fetches
// the icon that a page links, or else the origin's, and says on the console what the
// document's policy refuses. at is the document's address.
func checkIcon(t *testing.T, h *house, at string, got reply) {
	t.Helper()
	policy := directivesOf(t, got.header.Get("Content-Security-Policy"))
	if !slices.Contains(policy["img-src"], "'self'") {
		t.Errorf("the policy of %s forbids its own icon: %q", at, got.header.Get("Content-Security-Policy"))
	}
	icons := []string{iconPath}
	if strings.HasPrefix(got.header.Get("Content-Type"), "text/html") && strings.Contains(got.body, "<html") {
		if icons = iconsOf(got.body); len(icons) == 0 {
			t.Errorf("the page %s links no icon", at)
		}
	}
	from, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	for _, icon := range icons {
		to, err := from.Parse(icon)
		if err != nil || to.Host != from.Host {
			t.Errorf("%s links the icon %s (%v), which is not its own", at, icon, err)
			continue
		}
		if got := h.ask(t, "GET", to.String(), ""); got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "image/") {
			t.Errorf("the icon %s of %s answers %d %s", icon, at, got.status, got.header.Get("Content-Type"))
		}
	}
}

// Whatever a browser can open in a tab, pages or not, has an icon that its policy allows.
func TestEveryDocumentHasAnIconThatItsPolicyAllows(t *testing.T) {
	h := openHouseWith(t, func(c *setup) { c.Ops.Listen = "127.0.0.1:0" })
	l := h.newLab(t)
	fill := strings.NewReplacer("{lab}", l.ID, "{none}", "00000000-0000-0000-0000-000000000000")
	var all []string
	for _, p := range h.config.Here() {
		for _, r := range routes()[p.Flag()] {
			if r.method == http.MethodGet {
				all = append(all, h.config.Origins[p.ID]+fill.Replace(r.target))
			}
		}
		all = append(all, h.config.Origins[p.ID]+"/healthz", h.config.Origins[p.ID]+"/readyz")
	}
	all = append(all, "http://"+h.operatorsAt()+"/healthz", "http://"+h.operatorsAt()+"/readyz")
	signIn := h.ask(t, "GET", l.Issuer+"/authorize?"+authorization(l).Encode(), "").header.Get("Location")
	login, err := url.Parse(l.Issuer)
	if err == nil {
		login, err = login.Parse(signIn)
	}
	if err != nil || signIn == "" {
		t.Fatalf("signing in begins at %q (%v)", signIn, err)
	}
	pages := 0
	for _, at := range append(all, login.String()) {
		got := h.ask(t, "GET", at, "", "Sec-Fetch-Mode", "navigate", "Accept", "text/html")
		if got.status/100 == 3 {
			continue // the browser goes on
		}
		if strings.Contains(got.body, "<html") {
			pages++
		}
		checkIcon(t, h, at, got)
	}
	if pages < 12 {
		t.Errorf("only %d of %d documents are pages", pages, len(all))
	}
}
