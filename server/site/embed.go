package site

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"oauthlab/app/ui/widget"
	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/recording"
	"oauthlab/server/asset"
	"oauthlab/server/lab"
	"oauthlab/server/route"
)

// embedPath is the list of the recordings; below it stands a page a chapter, for other sites
// to show in a frame.
//
// These pages are served to whoever frames them, so they are kept away from all that a lab
// has: their origin is none (the directive sandbox of their policy), and so their script reads
// nothing that the lab keeps in the browser, sends nothing, and has no cookie. A page is made of
// what the program brings. The address only selects: nothing runs, and nothing of it is shown.
const embedPath = "/embed"

// embedFrame is how much of somebody's page a recording is given.
const embedFrame = `width="100%" height="560" style="border: 0"`

// embedSandbox is what a recording may do: run its script, and open the lab in a tab of its own.
const embedSandbox = "allow-scripts allow-popups allow-popups-to-escape-sandbox"

// embedPolicy is the content security policy of the pages that anybody may frame.
func embedPolicy(o lab.Origins) string {
	files := o[event.Lab] + asset.Root // by name: the page has no origin that 'self' could be
	return "sandbox " + embedSandbox + "; default-src 'none'; script-src " + files + "; style-src " + files +
		"; font-src " + files + "; img-src 'self' " + files + "; frame-ancestors *; base-uri 'none'; form-action 'none'"
}

// framed sets the headers of such a page.
func framed(o lab.Origins, next http.Handler) http.Handler {
	return route.Guard(embedPolicy(o), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A browser shows no page that is in a sandbox and asks for this (HTML §7.1.3).
		w.Header().Del("Cross-Origin-Opener-Policy")
		next.ServeHTTP(w, r)
	}))
}

// embeds serves the recordings of the chapters that the lab shows.
type embeds struct {
	origins lab.Origins
	link    func(page string) string // puts the addresses of files into a page
	pages   *template.Template
	course  []embedChapter
}

// embedChapter is a chapter, and what is held of it.
type embedChapter struct {
	lessons.Chapter
	Held    []*held
	attacks map[string]api.Attack
}

// Address is that of what happens in the chapter without an attack.
func (c embedChapter) Address() string { return embedPath + "/" + c.ID }

// embedCourse are the chapters of which there are recordings: those that are a version of the
// lab. What a teacher writes has none.
func embedCourse(chapters []lessons.Chapter) ([]embedChapter, error) {
	runs, err := recording.Held()
	if err != nil {
		return nil, err
	}
	attacks, order := map[string]api.Attack{}, []string{}
	for _, a := range AttackCatalogue() {
		attacks[a.ID], order = a, append(order, a.ID)
	}
	var course []embedChapter
	for _, c := range chapters {
		if c.ID != c.Version {
			continue
		}
		one := embedChapter{Chapter: c, attacks: attacks}
		one.Held = allHeld(slices.DeleteFunc(slices.Clone(runs), func(r recording.Run) bool { return r.Chapter != c.ID }), order)
		if len(one.Held) > 0 {
			course = append(course, one)
		}
	}
	return course, nil
}

func newEmbeds(o lab.Origins, chapters []lessons.Chapter, link func(string) string) (*embeds, error) {
	e := &embeds{origins: o, link: link}
	var err error
	of := template.FuncMap{"kind": widget.PillKind, "sign": widget.PillSign}
	if e.pages, err = template.New("").Funcs(of).ParseFS(embedFiles, "pages/embedded.html", "pages/embed_lost.html"); err != nil {
		return nil, err
	}
	e.course, err = embedCourse(chapters)
	for i := range e.course {
		c := &e.course[i]
		for _, h := range c.Held {
			h.render = sync.OnceValues(func() (string, error) { return e.render(*c, h) })
		}
	}
	return e, err
}

// ServeHTTP answers with the recording that the address selects.
func (e *embeds) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	chosen, theme, wrong := e.choose(strings.TrimPrefix(r.URL.Path, embedPath+"/"), r.URL.RawQuery)
	if wrong != nil {
		e.lost(w, *wrong)
		return
	}
	page, err := chosen.render()
	if err != nil {
		e.lost(w, wrongAddress{Status: http.StatusInternalServerError, Title: "This recording cannot be shown", Says: "The fault is the lab's."})
		return
	}
	page = themed(page, theme)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	asset.Keep(w.Header(), false, asset.Tag(asset.Hash([]byte(page))))
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(page))
}

// wrongAddress is why an address selects nothing, and what there is instead.
type wrongAddress struct {
	Status int
	Title  string
	Says   string
	Links  []embedLink
}

type embedLink struct{ Address, Text, Ending string }

// choose returns what an address selects, and in which theme. It repeats nothing of it.
func (e *embeds) choose(chapter, query string) (chosen *held, theme string, wrong *wrongAddress) {
	i := slices.IndexFunc(e.course, func(c embedChapter) bool { return c.ID == chapter })
	if i < 0 {
		w := &wrongAddress{Status: http.StatusNotFound, Title: "No such chapter", Says: "There are recordings of these chapters."}
		for _, c := range e.course {
			w.Links = append(w.Links, embedLink{Address: c.Address(), Text: c.ID + " " + c.Title})
		}
		return nil, "", w
	}
	c := e.course[i]
	s, ok := readSelection(c.ID, query)
	if !ok {
		return nil, "", &wrongAddress{
			Status: http.StatusBadRequest, Title: "This address cannot be read",
			Says:  "It may say attack, off, set and theme, each once: an attack of the chapter, what is off, what is set to what, and light or dark. These are the recordings of " + c.ID + ".",
			Links: linksTo(shortest(c.Held), c),
		}
	}
	var ofAttack []*held
	for _, h := range c.Held {
		if h.Attack == s.attack {
			ofAttack = append(ofAttack, h)
		}
	}
	if len(ofAttack) == 0 {
		return nil, "", &wrongAddress{
			Status: http.StatusNotFound, Title: "No such attack in " + c.ID,
			Says: "These are the recordings of the chapter.", Links: linksTo(shortest(c.Held), c),
		}
	}
	for _, h := range ofAttack {
		if s.switches != nil && recording.Key(c.ID, s.switches) == recording.Key(c.ID, h.switches) {
			return h, s.theme, nil
		}
	}
	return nil, "", &wrongAddress{
		Status: http.StatusNotFound, Title: "Not recorded with these switches",
		Says: "Not every way in which a lab can stand is recorded. These are.", Links: linksTo(ofAttack, c),
	}
}

func linksTo(all []*held, c embedChapter) []embedLink {
	var links []embedLink
	for _, h := range all {
		links = append(links, embedLink{h.Address(), c.titleOf(h) + ", " + h.Words(), h.Ending()})
	}
	return links
}

// titleOf is what a recording is called.
func (c embedChapter) titleOf(h *held) string {
	if h.Attack == "" {
		return c.Title
	}
	return c.attacks[h.Attack].Title
}

// lost answers that an address selects nothing.
func (e *embeds) lost(w http.ResponseWriter, wrong wrongAddress) {
	var page bytes.Buffer
	if err := e.pages.ExecuteTemplate(&page, "lost", wrong); err != nil {
		page.Reset() // our own template: its links are missing, and its status is true
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(wrong.Status)
	fmt.Fprint(w, e.link(page.String()))
}
