package site

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"oauthlab/lessons/api"
	"oauthlab/lessons/content"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// Paths of the books. The lesson opens entries of the first two in place.
const (
	glossaryPath        = "/glossary"
	troubleshootingPath = "/troubleshooting"
	referencePath       = "/reference"
	asvsPath            = "/asvs"
	clientBenchPath     = "/client-bench"
	classPath           = "/class"
)

// Books holds the glossary, the troubleshooting and what ASVS asks: as pages, and of the
// first two an entry at a time for the program in the browser, which carries none of it. It
// is never changed after ReadBooks.
type Books struct {
	glossary   []load.TermGroup
	troubles   []load.TroubleGroup
	asvs       []load.RequirementGroup
	finder     *load.TroubleFinder
	names      map[string]string    // of the terms, by id
	parameters map[string]string    // ids of the terms, by the parameter that carries them
	entries    map[string]api.Entry // by address
}

// ReadBooks reads the books, which are part of the program, and renders every entry, once.
var ReadBooks = sync.OnceValues(readBooks)

func readBooks() (*Books, error) {
	b := &Books{names: map[string]string{}, parameters: map[string]string{}, entries: map[string]api.Entry{}}
	var err error
	if b.glossary, err = load.Glossary(content.FS); err != nil {
		return nil, err
	}
	if b.troubles, err = load.Troubles(content.FS); err != nil {
		return nil, err
	}
	if b.asvs, err = load.Requirements(content.FS); err != nil {
		return nil, err
	}
	b.finder = load.NewTroubleFinder(b.troubles)
	for _, g := range b.glossary {
		for _, t := range g.Terms {
			b.names[t.ID] = t.Name
			for _, p := range t.Parameters {
				b.parameters[p] = t.ID
			}
		}
	}
	return b, b.render()
}

// render fills the entries.
func (b *Books) render() error {
	t, err := b.templates("entry")
	if err != nil {
		return err
	}
	add := func(kind, path, id, name string, data any) error {
		var body bytes.Buffer
		if err := t.ExecuteTemplate(&body, kind, data); err != nil {
			return fmt.Errorf("entry %s: %w", id, err)
		}
		address := path + "#" + id
		b.entries[address] = api.Entry{Name: name, Address: address, Body: `<div class="peek-text">` + body.String() + `</div>`}
		return nil
	}
	for _, g := range b.glossary {
		for _, term := range g.Terms {
			if err := add("term", glossaryPath, term.ID, term.Name, term); err != nil {
				return err
			}
		}
	}
	for _, g := range b.troubles {
		for _, trouble := range g.Troubles {
			if err := add("trouble", troubleshootingPath, trouble.ID, trouble.Name, trouble); err != nil {
				return err
			}
		}
	}
	return nil
}

// templates parses the frame of the pages, the entries, and the named page.
func (b *Books) templates(name string) (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{
		"html":    func(s string) template.HTML { return template.HTML(s) }, //nolint:gosec // of our own Markdown
		"section": load.Section,
		"term":    func(id string) string { return b.names[id] },
	}).ParseFS(bookFiles, "pages/book.html", "pages/entry.html", "pages/"+name+".html")
}

// Symptoms are what somebody who ran into an error knows of it.
type Symptoms struct {
	Says   string `form:"says,prose"` // its words
	Guard  string `form:"guard"`      // that refused
	Error  string `form:"error"`      // its code
	Status string `form:"status"`     // of HTTP
}

// addressOf returns where an error is explained: by its words, else by the check that
// refused, else by its code or its status in the glossary.
func (b *Books) addressOf(s Symptoms) (address string, found bool) {
	if id, found := b.finder.Find(s.Says, s.Guard); found {
		return troubleshootingPath + "#" + id, true
	}
	for _, id := range []string{strings.ReplaceAll(s.Error, "_", "-"), "status-" + s.Status} {
		address = glossaryPath + "#" + id
		if _, found = b.entries[address]; found {
			break
		}
	}
	return address, found
}

// leading sends whoever asks for an error to its entry. Everybody else gets the page.
func (b *Books) leading(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "" {
			symptoms, _ := endpoint.Decode[Symptoms](r.URL.Query(), guard.Rules{})
			if address, found := b.addressOf(symptoms); found {
				http.Redirect(w, r, address, http.StatusSeeOther)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// entry answers with what stands at an address.
func (b *Books) entry(w http.ResponseWriter, address string) error {
	e, found := b.entries[address]
	if !found {
		return endpoint.Refuse(http.StatusNotFound, "unknown_entry",
			"The books of the lab have no such entry.", "Look through /glossary and /troubleshooting.")
	}
	endpoint.WriteJSON(w, http.StatusOK, e)
	return nil
}

func (a *API) term(w http.ResponseWriter, r *http.Request, _ *lab.Handling) error {
	return a.Books.entry(w, glossaryPath+"#"+r.PathValue("term"))
}

func (a *API) trouble(w http.ResponseWriter, r *http.Request, _ *lab.Handling) error {
	return a.Books.entry(w, troubleshootingPath+"#"+r.PathValue("error"))
}

// cure finds the entry of an error that somebody ran into.
func (a *API) cure(w http.ResponseWriter, _ *http.Request, _ *lab.Handling, s Symptoms) error {
	address, _ := a.Books.addressOf(s)
	return a.Books.entry(w, address)
}
