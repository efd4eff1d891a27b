package doctor

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"oauthlab/server/config"
)

// ErrFailed says that a step failed. The report has told of it.
var ErrFailed = errors.New("a step failed")

// total bounds a whole examination.
const total = time.Minute

// Run examines what the command line names, and prints the report to stdout; colour has it use
// the colours of a terminal. It returns ErrFailed where a step failed.
func Run(ctx context.Context, c config.Doctor, colour bool, stdout io.Writer) error {
	d := doctor{Doctor: c, total: total}
	well, err := d.examine(ctx, &report{out: stdout, json: c.JSON, colour: colour})
	if err == nil && !well {
		err = ErrFailed
	}
	return err
}

// doctor is who examines.
type doctor struct {
	config.Doctor
	total time.Duration                             // of an examination
	roots *x509.CertPool                            // authorities that are believed; nil: the system's
	via   func(http.RoundTripper) http.RoundTripper // what requests pass on their way; nil: nothing
}

// examination is one that is under way.
type examination struct {
	*report
	ctx     context.Context //nolint:containedctx // an examination is one call
	fetcher *fetcher
	origin  string // of what was given
}

// examine goes through the steps, and ends the report. It returns whether nothing failed.
func (d doctor) examine(ctx context.Context, r *report) (well bool, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, d.total, errDrained)
	defer cancel()
	given := d.URL
	r.begin("Address", withoutUser(given))
	u, wrong := webAddress(given)
	if wrong.is != "" {
		r.failed(stepAddress, wrong.section, say("%s %s.", withoutUser(given), wrong.is), wrong.do)
		r.skipRest(stepsOfHost, "The address comes first.")
		return r.end(withoutUser(given))
	}
	e := &examination{report: r, ctx: ctx, origin: u.Scheme + "://" + u.Host, fetcher: newFetcher(d.Timeout, d.Follow, d.roots, u)}
	defer e.fetcher.close()
	if d.via != nil {
		e.fetcher.client.Transport = d.via(e.fetcher.client.Transport)
	}
	t := readTarget(given, u)
	r.passed(stepAddress, "", addressSays(u, t))
	if e.reach(u) {
		e.examineTarget(t)
	} else {
		r.skipRest(stepsOfHost, "The host cannot be reached.")
	}
	return r.end(given)
}

// withoutUser is an address without its user name and password; where that is not certain,
// without all that may be of them.
func withoutUser(given string) string {
	u, err := url.Parse(given)
	if err == nil && u.User == nil && u.Opaque == "" {
		return given
	}
	at := strings.LastIndexByte(given, '@')
	if at < 0 {
		return given
	}
	scheme, _, found := strings.Cut(given[:at], "://")
	if !found {
		return "..." + given[at:]
	}
	return scheme + "://..." + given[at:]
}

// addressSays says what was given.
func addressSays(u *url.URL, t target) said {
	switch {
	case t.pasted != "" && t.form == resourceForm:
		return say("It is where the metadata of the resource %s are.", t.id)
	case t.pasted != "":
		return say("It is where the metadata of the issuer %s are.", t.id)
	case u.Scheme == "http":
		return "It is http on this machine, which is good for development alone."
	}
	return "It is an https address."
}

// place is an address for people: its path, where it is at the origin that was given.
func (e *examination) place(address string) said {
	if path, is := strings.CutPrefix(address, e.origin); is && strings.HasPrefix(path, "/") {
		return shown(path)
	}
	return shown(address)
}

// failedWith is failed with what an error means.
func (e *examination) failedWith(s step, section said, err error) {
	says, do := e.fetcher.explain(err)
	e.failed(s, section, says, do)
}

// examineTarget finds out what the target is, and examines it as that. The address of a document
// says it; else what answers at the addresses of either kind. Something may be both.
func (e *examination) examineTarget(t target) {
	if t.pasted != "" && t.form == resourceForm {
		e.examineResource(t, e.challenge(t), e.attempts(t, resourceForm))
		return
	}
	var asServer []attempt
	if t.url.RawQuery == "" {
		asServer = e.attempts(t, issuerForms...)
	}
	if t.pasted != "" {
		e.examineIssuer(t, asServer, "")
		return
	}
	bare, asResource := e.challenge(t), e.attempts(t, resourceForm)
	isServer, isResource := hasDocument(asServer), hasDocument(asResource) || bare.asks()
	switch {
	case isResource || !isServer && bare.status == http.StatusUnauthorized || asServer == nil:
		servers := e.examineResource(t, bare, asResource)
		if isServer && !servers[t.id] {
			e.examineIssuer(t, asServer, "")
		}
	case isServer:
		e.examineIssuer(t, asServer, "")
	default:
		e.examineIssuer(t, asServer, say("If it is a resource: without a token it answers %s, and it has no metadata at %s.", bare.says(), resourceForm.of(t.url)))
	}
}

// attempt is what came of one address at which the metadata may be.
type attempt struct {
	fetched
	form    form
	address string
	meant   bool // it was given, or the resource says that it is there
	odd     bool // no specification has the address
	doc     document
	wrong   said // why the answer is no document; "" where it is one
}

// isDocument reports whether the attempt found one.
func (a *attempt) isDocument() bool { return a.isAnswer() && a.wrong == "" }

// isAnswer reports whether what came is meant as one.
func (a *attempt) isAnswer() bool {
	return a.err == nil && a.stop == "" && a.status == http.StatusOK
}

func hasDocument(all []attempt) bool {
	for i := range all {
		if all[i].isDocument() {
			return true
		}
	}
	return false
}

// attempts asks at the address of a document that was given, and at those in the forms.
func (e *examination) attempts(t target, forms ...form) (all []attempt) {
	ask := func(f form, address string, meant bool) {
		for _, a := range all {
			if a.address == address {
				return
			}
		}
		a := e.attempt(f, address)
		a.meant, a.odd = meant, meant && t.odd
		all = append(all, a)
	}
	if t.pasted != "" {
		ask(t.form, t.pasted, true)
	}
	for _, f := range forms {
		ask(f, f.of(t.url), false)
	}
	return all
}

// attempt asks at one address.
func (e *examination) attempt(f form, address string) attempt {
	a := attempt{form: f, address: address, fetched: e.fetcher.get(e.ctx, address)}
	if a.isAnswer() {
		a.doc, a.wrong = readDocument(a.answer)
	}
	return a
}

// choose tells what each address answered, and returns the attempt to go on with: that of the
// address that was given, or the first with a document, or with what is meant as one.
func (e *examination) choose(t target, all []attempt, otherwise said) *attempt {
	var best *attempt
	for i := range all {
		a := &all[i]
		if a.isAnswer() && (best == nil || !best.isDocument() && a.isDocument() && !best.meant) {
			best = a
		}
	}
	for i := range all {
		e.tell(&all[i], best, t)
	}
	if best == nil {
		e.nowhere(t, all, otherwise)
	}
	return best
}

// nowhere says that no address has a document, and what to do: about the first that answers
// wrongly, or else about all of them.
func (e *examination) nowhere(t target, all []attempt, otherwise said) {
	says, do := said("No address has a document."), say("Publish the metadata at %s, or look whether the issuer has another name. %s", issuerForms[0].of(t.url), otherwise)
	if otherwise == "" {
		do = say("Publish the metadata at %s, or look whether the issuer has another name.", issuerForms[0].of(t.url))
	}
	if all[0].form == resourceForm {
		says, do = "No address has a document: a client that knows the resource alone does not find its authorization server.", say("Publish the metadata at %s.", resourceForm.of(t.url))
	}
	for i := range all {
		if cure := e.cure(&all[i]); cure != "" {
			do = cure
			break
		}
	}
	e.failed(stepWellKnown, all[0].form.section, says, do)
}

// cure says what to do about an address that does not answer as it should; "" where it answers
// that nothing is there.
func (e *examination) cure(a *attempt) said {
	switch {
	case a.stop != "":
		return say("Answer at %s itself, without a redirect.", e.place(a.address))
	case a.err != nil:
		_, do := e.fetcher.explain(a.err)
		return do
	case a.status >= http.StatusInternalServerError:
		return "Look into the server's log."
	}
	return ""
}

// tell prints what came of an attempt, beside the best.
func (e *examination) tell(a, best *attempt, t target) {
	says, bad := e.outcome(a)
	switch {
	case a.meant && best != nil && a != best:
		e.failed(stepWellKnown, a.form.section, says, say("Have the document there too, or lead clients to %s.", best.address))
	case a == best && a.odd:
		e.warning(stepWellKnown, a.form.section, say("%s Clients do not look there, but at %s.", says, a.form.of(t.url)))
	case a == best && len(a.hops) > 0:
		e.warning(stepWellKnown, "RFC 8414 §3.2", say("%s Clients that follow no redirect find nothing.", says))
	case a == best:
		e.passed(stepWellKnown, a.form.section, says)
	case bad:
		e.warning(stepWellKnown, a.form.section, says)
	case a.isDocument() && best.isDocument():
		differ := best.doc.differs(a.doc)
		if len(differ) == 0 {
			e.passed(stepWellKnown, a.form.section, say("%s It is the same document.", says))
			return
		}
		e.warning(stepWellKnown, a.form.section, say("%s It is another document, with another %s.", says, list(differ)))
	default:
		e.note(stepWellKnown, a.form.section, says)
	}
}

// outcome says what an address answered; bad is whether it is more than that nothing is there.
func (e *examination) outcome(a *attempt) (says said, bad bool) {
	at, by := e.place(a.address), said("")
	for _, h := range a.hops {
		by += say(" redirects with %d to %s,", h.status, e.place(h.to))
	}
	switch {
	case a.stop != "":
		return say("%s%s %s.", at, by, a.stop), true
	case a.err != nil:
		explained, _ := e.fetcher.explain(a.err)
		if a.status > 0 {
			return say("%s%s answers %d. %s", at, by, a.status, explained), true
		}
		return say("%s%s does not answer. %s", at, by, explained), true
	case by != "":
		return say("%s%s which answers %d.", at, by, a.status), true
	case a.isAnswer() && a.wrong != "":
		return say("%s answers 200, but what comes is no document.", at), true
	}
	return say("%s answers %d.", at, a.status), a.status >= http.StatusInternalServerError
}

// notAsked says that a document is of another than was asked, and how the two differ where that
// is not plain.
func notAsked(named, asked string) said {
	says := say("The document is of %s, and %s was asked.", named, asked)
	if how := howDiffer(named, asked); how != "" {
		says += " " + how
	}
	return says + " A client must not use it."
}

// howDiffer says how two names differ that are not the same; "" where that is plain.
func howDiffer(named, asked string) said {
	switch {
	case strings.TrimSuffix(named, "/") == strings.TrimSuffix(asked, "/"):
		return "They differ in a final slash."
	case strings.EqualFold(named, asked):
		return "They differ in capital letters."
	}
	a, errA := url.Parse(named)
	b, errB := url.Parse(asked)
	switch {
	case errA != nil || errB != nil:
	case a.Host == b.Host && a.Path == b.Path && a.Scheme != b.Scheme:
		return "They differ in the scheme."
	case a.Scheme == b.Scheme && a.Path == b.Path && a.Hostname() == b.Hostname():
		return "They differ in the port."
	case a.Scheme == b.Scheme && a.Path == b.Path:
		return "They differ in the host."
	case a.Scheme == b.Scheme && a.Host == b.Host:
		return "They differ in the path."
	}
	if max(len(named), len(asked)) <= maxShown {
		return ""
	}
	at := 0
	for at < min(len(named), len(asked)) && named[at] == asked[at] {
		at++
	}
	return say("They differ from byte %d on.", at+1)
}
