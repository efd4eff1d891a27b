package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"oauthlab/lessons/prose"
)

// step is what is looked at, one after the other.
type step string

// The steps, in their order.
const (
	stepAddress    step = "address"    // is what was given an address that a client may ask
	stepName       step = "name"       // the host's name has an IP address
	stepConnection step = "connection" // somebody listens there
	stepTLS        step = "TLS"        // and shows a certificate that is good for the name

	stepChallenge  step = "challenge"         // a resource says what it wants
	stepPointer    step = "resource_metadata" // and where its metadata are
	stepWellKnown  step = "well-known"        // the document is where it should be
	stepType       step = "content type"      // it says that it is JSON
	stepJSON       step = "JSON"              // and is one JSON object
	stepResource   step = "resource"          // it is of the resource that was asked
	stepIssuer     step = "issuer"            // it is of the issuer that was asked
	stepMembers    step = "members"           // what is required is there, of the right type
	stepServers    step = "servers"           // it names authorization servers
	stepPKCE       step = "PKCE"              // PKCE with S256 is announced
	stepGrants     step = "grants"            // no way to get a token is one that nobody may use
	stepISS        step = "iss"               // so is the issuer in responses
	stepEndpoints  step = "endpoints"         // the endpoints are addresses that a client may use
	stepToken      step = "token endpoint"    // it answers as one
	stepNoStore    step = "no-store"          // and has nobody keep the answers
	stepJWKSURI    step = "jwks_uri"          // the keys can be read
	stepKeys       step = "keys"              // and used
	stepCORS       step = "CORS"              // pages may read what they need, and no more
	stepProtection step = "protected"         // the server names the resource too
)

// The steps of a subject.
var (
	stepsOfHost     = []step{stepAddress, stepName, stepConnection, stepTLS}
	stepsOfIssuer   = []step{stepWellKnown, stepType, stepJSON, stepIssuer, stepMembers, stepPKCE, stepGrants, stepISS, stepEndpoints, stepToken, stepNoStore, stepJWKSURI, stepKeys, stepCORS}
	stepsOfResource = []step{stepChallenge, stepPointer, stepWellKnown, stepType, stepJSON, stepResource, stepMembers, stepServers, stepCORS}
)

// verdict is what a step came to.
type verdict string

const (
	passed  verdict = "passed"
	note    verdict = "note"    // good to know
	warning verdict = "warning" // a SHOULD or the best current practice is not followed
	failed  verdict = "failed"  // a MUST is broken, or a client could not go on
	skipped verdict = "skipped" // because of an earlier failure, or because nobody asked for it
)

// verdicts are all of them with their colours on a terminal (ECMA-48 §8.3.117), in the order
// in which a summary counts them.
var verdicts = []verdictRow{
	{failed, "31", false}, {warning, "33", true}, {note, "36", true}, {passed, "32", false}, {skipped, "90", false},
}

// verdictRow is what there is to know of a verdict.
type verdictRow struct {
	verdict verdict
	colour  string
	isThing bool // two of them are "warnings"; else they are "failed"
}

// count counts lines of the verdict: "2 warnings", "2 failed".
func (v verdictRow) count(n int) string {
	if v.isThing {
		return prose.Count(n, string(v.verdict))
	}
	return fmt.Sprintf("%d %s", n, v.verdict)
}

// line is one line of a report.
type line struct {
	Subject said    `json:"subject"` // the address that is examined
	Step    step    `json:"step"`
	Verdict verdict `json:"verdict"`
	Says    said    `json:"says"`
	Section said    `json:"section,omitempty"` // that says how it should be
	Do      said    `json:"do,omitempty"`      // what to do about a failure
}

// summary is the last line.
type summary struct {
	Summary said            `json:"summary"`
	Counts  map[verdict]int `json:"counts"`
}

// report prints lines as they come, so that nothing is lost of what was found before an end.
type report struct {
	out    io.Writer
	json   bool
	colour bool

	subject said
	covered []step // that the subject has lines of
	failing []said // steps that failed, each once
	counts  map[verdict]int
	err     error // of writing
}

// begin says whom the next lines are about.
func (r *report) begin(kind said, address string) {
	r.subject, r.covered = shown(address), nil
	if !r.json {
		before := "\n"
		if r.counts == nil {
			before = ""
		}
		r.write("%s%s %s\n\n", before, kind, r.subject)
	}
}

func (r *report) passed(s step, section, says said)     { r.add(passed, s, section, says, "") }
func (r *report) note(s step, section, says said)       { r.add(note, s, section, says, "") }
func (r *report) warning(s step, section, says said)    { r.add(warning, s, section, says, "") }
func (r *report) failed(s step, section, says, do said) { r.add(failed, s, section, says, do) }
func (r *report) skipped(s step, section, because said) { r.add(skipped, s, section, because, "") }

// skipRest says of the steps that the subject has no line of why that is so.
func (r *report) skipRest(steps []step, because said) {
	for _, s := range steps {
		if !slices.Contains(r.covered, s) {
			r.skipped(s, "", because)
		}
	}
}

// add prints a line.
func (r *report) add(v verdict, s step, section, says, do said) {
	if r.counts == nil {
		r.counts = map[verdict]int{}
	}
	r.counts[v]++
	r.covered = append(r.covered, s)
	if v == failed && !slices.Contains(r.failing, said(s)) {
		r.failing = append(r.failing, said(s))
	}
	if r.json {
		r.writeJSON(line{Subject: r.subject, Step: s, Verdict: v, Says: says, Section: section, Do: do})
		return
	}
	if section != "" {
		says = said(strings.TrimSuffix(string(says), ".")) + " " + r.paint("90", "("+section+")") + "."
	}
	r.write("  %s  %-17s  %s\n", r.paint(colourOf(v), said(fmt.Sprintf("%-7s", v))), s, says)
	if do != "" {
		r.write("  %7s  %17s  %s\n", "", "", do)
	}
}

// end prints the summary, and returns whether nothing failed.
func (r *report) end(given string) (well bool, err error) {
	var counted []string
	for _, v := range verdicts {
		if n := r.counts[v.verdict]; n > 0 {
			counted = append(counted, v.count(n))
		}
	}
	well = r.counts[failed] == 0
	says := say("%s: nothing failed (%s).", given, said(strings.Join(counted, ", ")))
	if !well {
		says = say("%s: %s failed (%s).", given, listed(r.failing), said(strings.Join(counted, ", ")))
	}
	if r.json {
		r.writeJSON(summary{Summary: says, Counts: r.counts})
	} else {
		r.write("\n%s\n", says)
	}
	return well, r.err
}

func colourOf(v verdict) string {
	for _, row := range verdicts {
		if row.verdict == v {
			return row.colour
		}
	}
	return "0"
}

// paint writes a text in a colour, where colours are wanted.
func (r *report) paint(colour string, text said) said {
	if !r.colour {
		return text
	}
	return said("\x1b["+colour+"m") + text + "\x1b[0m"
}

func (r *report) write(format string, args ...any) {
	if _, err := fmt.Fprintf(r.out, format, args...); err != nil && r.err == nil {
		r.err = err
	}
}

func (r *report) writeJSON(value any) {
	enc := json.NewEncoder(r.out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil && r.err == nil {
		r.err = err
	}
}
