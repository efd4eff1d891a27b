package timeline

import (
	"html"
	"net/url"
	"strings"

	"oauthlab/lessons/event"
)

// Alice is what Alice's browser shows at a position of the log: the page that it got
// last, or nothing. While an attack is played it is the browser that the lab plays her
// with, and after it too, until the learner begins something.
type Alice struct {
	Address Address
	Page    Page
	HTML    string // of PageAnswer: the page as its server sent it
	Login   Login  // of PageClient: what the client has come to
	Played  bool   // the lab plays her
	Over    bool   // and the attack is at its end
	Seq     uint64 // position of the event that brought the page
}

// AsksWho reports whether the sign-in page waits there.
func (a Alice) AsksWho() bool { return strings.Contains(a.Address.URL, "/login?request=") }

// Page is a kind of page in Alice's browser.
type Page string

// The kinds of page.
const (
	PageNone   Page = ""       // nothing was asked for, or it has not come
	PageAnswer Page = "answer" // what a server answered
	PageClient Page = "client" // the client's own
)

// aliceBrowser follows Alice's browser through the log. A frame does not tell its
// address, and not all that counts as a browser's is hers: requests of curl look alike.
// So a request is hers if she was led to it, by the client, a redirect, a mail or a page.
type aliceBrowser struct {
	shows   Alice
	address string            // whole
	next    string            // where she is led; "" for nowhere
	lure    string            // a link in a mail that the learner may open as her
	asked   map[string]string // URLs of her requests, by the ids of their events
	flow    string            // that the client began in her browser last
	client  string            // flow of the client's page that she sees
	played  bool              // an attack is under way
}

// take takes the next event.
func (b *aliceBrowser) take(e event.Event) {
	switch {
	case e.Request != nil && e.From == event.Browser:
		b.request(e)
	case e.Response != nil && b.asked[e.Re] != "":
		b.response(e)
	case e.Note != nil:
		b.note(e)
	}
}

func (b *aliceBrowser) request(e event.Event) {
	if e.Request.Method == "OPTIONS" || !b.played && e.To != event.Webapp && !b.leadsTo(e.Request) {
		return
	}
	if b.asked == nil {
		b.asked = map[string]string{}
	}
	b.asked[e.ID] = e.Request.URL
	b.show(e.Request.URL, PageNone, e.Seq)
}

// leadsTo reports whether Alice gets to a request from where she is: she was sent
// there, loads her page again, or sends its form.
func (b *aliceBrowser) leadsTo(r *event.Request) bool {
	if r.URL == b.next || r.URL == b.lure || r.Method == "GET" && r.URL == b.address {
		return true
	}
	page, query, _ := strings.Cut(b.address, "?")
	return r.Method == "POST" && r.URL == page && strings.Contains(r.Body, query) // the form says which request waits
}

func (b *aliceBrowser) response(e event.Event) {
	from := b.asked[e.Re]
	delete(b.asked, e.Re)
	if location := headerOf(e.Response.Header, "Location"); e.Response.Status/100 == 3 && location != "" {
		b.send(resolve(from, location), e.Seq)
		return
	}
	b.show(from, PageAnswer, e.Seq)
	b.shows.HTML = pageOf(e.Response)
}

func (b *aliceBrowser) note(e event.Event) {
	switch n := e.Note; {
	case n.Name == event.NoteAttackBegins:
		*b = aliceBrowser{played: true, shows: Alice{Played: true}}
	case n.Name == event.NoteAttackEnds:
		b.played, b.next, b.lure = false, "", ""
		b.shows.Over = b.shows.Played
	case n.Name == event.NoteOpen && e.To == event.Browser:
		b.flow = e.Flow
		b.send(n.Get("url"), e.Seq)
	case n.Name == event.NoteMail && e.To == event.Browser:
		b.mail(n.Get("url"), e.Seq)
	case n.Name == event.NoteCallback && e.From == event.Browser:
		b.client = e.Flow
		b.show(n.Get("url"), PageClient, e.Seq)
	case e.From == event.Client && e.Flow == b.client && b.shows.Page == PageClient:
		b.shows.Login = b.shows.Login.after(n)
	case e.From == event.Client && e.Flow != "" && e.Flow != b.flow && !b.played:
		*b = aliceBrowser{flow: e.Flow, lure: b.lure} // the client begins anew, and she with it
	}
}

// mail has Alice open a link: at once where the lab plays her, else when the learner does.
func (b *aliceBrowser) mail(link string, seq uint64) {
	if b.played {
		b.send(link, seq)
		return
	}
	b.lure = link
}

// send sends Alice to an address from which nothing has come yet.
func (b *aliceBrowser) send(to string, seq uint64) {
	b.next = to
	b.show(to, PageNone, seq)
}

func (b *aliceBrowser) show(address string, page Page, seq uint64) {
	b.address = address
	b.shows = Alice{Page: page, Played: b.shows.Played && b.played, Seq: seq}
}

// view is what there is to see.
func (b *aliceBrowser) view() Alice {
	v := b.shows
	v.Address = AddressOf(b.address)
	return v
}

func resolve(base, reference string) string {
	u, err := url.Parse(base)
	if err != nil {
		return reference
	}
	if u, err = u.Parse(reference); err != nil {
		return reference
	}
	return u.String()
}

// pageOf returns an answer as a page that can be shown anywhere. Its own address names
// the content of its style sheets, and is another on each origin: the plain one is not.
func pageOf(r *event.Response) string {
	if !strings.HasPrefix(headerOf(r.Header, "Content-Type"), "text/html") {
		return "<!doctype html><pre>" + html.EscapeString(r.Body) + "</pre>"
	}
	const root, hash = `="/web/`, 16 // digits, and a slash
	parts := strings.Split(r.Body, root)
	for i, part := range parts[1:] {
		if len(part) > hash && part[hash] == '/' {
			parts[i+1] = part[hash+1:]
		}
	}
	return inanimate.Replace(strings.Join(parts, root))
}

// inanimate takes the controls out of a page that can only be looked at. Our servers write
// them so, and escape what others wrote.
var inanimate = strings.NewReplacer(
	`<a href="`, `<a data-to="`, "<button ", "<button disabled ", "<input ", "<input disabled ",
)
