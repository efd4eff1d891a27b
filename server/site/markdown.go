package site

import (
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"

	"oauthlab/app/ui/page"
)

// llmsPath is where assistants look for a list of what they can read (llmstxt.org).
const llmsPath = "/llms.txt"

// document is a page, or a part of one, as Markdown: what assistants and other programs
// read. Nobody writes it: it is made of the page's own HTML.
type document struct {
	Path, Title, Description string
	Page                     string                 // that says the same to people: "/reference#attacks"
	body                     func() (string, error) // HTML, without the title
}

// documentList is a heading of llms.txt, and the documents below it.
type documentList struct {
	Title     string
	Documents []document
}

// excerpt is a part of the reference that is a document of its own: who asks for it need not
// read the whole.
type excerpt struct{ Name, Anchor, Title, Description string } // Name is that of its template too

func excerpts() []excerpt {
	return []excerpt{
		{
			"protections", "protections", "Protections",
			"Every protection that the lab can switch off: what it stops, its parts with their sections, and the attacks that it stops.",
		},
		{
			"attacks", "attacks", "Attacks",
			"Every attack of the lab: how it goes, what it needs, which check stops it, what is lost, and the sections that tell of it.",
		},
		{
			"faults", "faults", "Issuers with a fault",
			"Every fault that an issuer of the lab can have, and what a client is bound to do when it meets it.",
		},
		{
			"api", "lab-api", "The lab's API",
			"Every call of the lab's API: make a lab, switch protections, run attacks, and read the log and the state.",
		},
	}
}

// documentPath is where the Markdown of a page is: at its address, with ".md" behind it.
func documentPath(page string) string { return page + ".md" }

// documents lists the chapters by part of the course, and then the books. said is what each
// page says, by path.
func (a *API) documents(course Course, said map[string]page.Content) ([]documentList, error) {
	var lists []documentList
	for _, part := range partsOf(said["/"].Chapters, nil) {
		list := documentList{Title: part.Title}
		if list.Title == "" {
			list.Title = "Chapters"
		}
		for _, link := range part.Chapters {
			content, there := said[link.Path]
			if !there {
				continue // it is still to come
			}
			list.Documents = append(list.Documents, document{
				Path: documentPath(link.Path), Title: link.Name(), Description: content.Chapter.Description, Page: link.Path,
				body: func() (string, error) { return written("chapter-document", reading{Content: content, Code: a.Code}) },
			})
		}
		if len(list.Documents) > 0 {
			lists = append(lists, list)
		}
	}
	books, err := a.Books.filled(course)
	if err != nil {
		return nil, err
	}
	list := documentList{Title: "Books"}
	for _, book := range books {
		draw := func(name string) func() (string, error) {
			return func() (string, error) { return a.Books.draw(book.Path, name, book.Body) }
		}
		list.Documents = append(list.Documents, document{
			Path: documentPath(book.Path), Title: book.Title, Description: book.Description, Page: book.Path, body: draw("body"),
		})
		if book.Path == referencePath {
			for _, e := range excerpts() {
				list.Documents = append(list.Documents, document{
					Path: documentPath("/" + e.Name), Title: e.Title, Description: e.Description, Page: book.Path + "#" + e.Anchor, body: draw(e.Name),
				})
			}
		}
	}
	return append(lists, list), nil
}

// library is documents and their list, by path. Each is written once, when somebody wants it.
type library struct {
	documents map[string]func() (http.Handler, error)
	log       *slog.Logger
}

// newLibrary returns the library of the documents. origin is the lab's own.
func newLibrary(origin string, lists []documentList, log *slog.Logger) library {
	l := library{map[string]func() (http.Handler, error){}, log}
	add := func(path, contentType string, write func() (string, error)) {
		l.documents[path] = sync.OnceValues(func() (http.Handler, error) {
			text, err := write()
			return serveText(contentType, text), err
		})
	}
	add(llmsPath, "text/plain; charset=utf-8", func() (string, error) {
		text, err := written("llms", lists)
		if err != nil {
			return "", err
		}
		return markdownOf(text, origin)
	})
	for _, list := range lists {
		for _, d := range list.Documents {
			add(d.Path, "text/markdown; charset=utf-8", func() (string, error) { return d.markdown(origin) }) // RFC 7763 §2
		}
	}
	return l
}

// beside serves the library, and anything else as next does. A page that is a document too
// says where that is (RFC 8288 §3).
func (l library) beside(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if document, is := l.documents[r.URL.Path]; is {
			served, err := document()
			if err == nil {
				served.ServeHTTP(w, r)
				return
			}
			l.log.Error("a document cannot be written", "path", r.URL.Path, "error", err)
		}
		if path := documentPath(r.URL.Path); l.documents[path] != nil {
			w.Header().Add("Link", "<"+path+`>; rel="alternate"; type="text/markdown"`)
		}
		next.ServeHTTP(w, r)
	})
}

// markdown writes the document out.
func (d document) markdown(origin string) (string, error) {
	body, err := d.body()
	if err != nil {
		return "", fmt.Errorf("document %s: %w", d.Path, err)
	}
	text, err := written("document", struct {
		document
		Body template.HTML
	}{d, template.HTML(body)}) //nolint:gosec // of our own templates
	if err != nil {
		return "", err
	}
	return markdownOf(text, origin+d.Page)
}

// markdownOf turns HTML of ours into Markdown whose addresses are absolute. from is the
// address of the page on which it stands.
func markdownOf(text, from string) (string, error) {
	at, err := url.Parse(from)
	if err != nil {
		return "", err
	}
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return "", err
	}
	for _, n := range slices.Collect(root.Descendants()) {
		plain(n, at)
	}
	c := converter.NewConverter(converter.WithPlugins(base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(),
		table.NewTablePlugin(table.WithCellPaddingBehavior(table.CellPaddingBehaviorMinimal))))
	for _, tag := range []string{"nav", "form"} { // ways around a page
		c.Register.TagType(tag, converter.TagTypeRemove, converter.PriorityEarly)
	}
	markdown, err := c.ConvertNode(root)
	return string(markdown) + "\n", err
}

// plain makes of an element what Markdown has a sign for, and says what a style sheet alone shows.
func plain(n *html.Node, at *url.URL) {
	if n.Type != html.ElementNode {
		return
	}
	switch n.Data {
	case "a":
		if hasClass(n, "term") && !hasClass(n.Parent, "entry-foot") {
			n.Data, n.DataAtom, n.Attr = "span", 0, nil // the lesson links each word of the glossary
		}
	case "dl":
		n.Data, n.DataAtom = "ul", 0
	case "dt":
		n.Data, n.DataAtom = "strong", 0
		if last := n.LastChild; last != nil && last.Type == html.ElementNode && last.Data == "code" {
			n.Data = "span" // which is marked well enough
		}
		if item := n.Parent; item.Data == "div" {
			item.Data, item.DataAtom = "li", 0
		}
	case "dd":
		n.Data, n.DataAtom = "span", 0
		for last := n.PrevSibling; last != nil && last.Type == html.TextNode; last = n.PrevSibling {
			n.Parent.RemoveChild(last)
		}
		n.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: ": "}, n)
	case "summary":
		n.Data, n.DataAtom = "h2", 0
		if within(n.Parent, "details") {
			n.Data = "h4"
		}
	}
	switch {
	case n.Parent == nil:
	case hasClass(n, "change-word"): // beside its sign
		n.Parent.RemoveChild(n)
	case hasClass(n, "changes-count"), hasClass(n, "book-tag"):
		n.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: " · "}, n)
	case n.PrevSibling != nil && hasClass(n.PrevSibling, "change-sign"):
		n.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: " "}, n)
	}
	for i, a := range n.Attr {
		if a.Key != "href" && a.Key != "src" {
			continue
		}
		to, err := at.Parse(a.Val)
		if err != nil { // it leads nowhere
			n.Data, n.DataAtom, n.Attr = "span", 0, nil
			return
		}
		n.Attr[i].Val = to.String()
	}
}

// attribute returns the value of an attribute; "" where there is none.
func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// hasClass reports whether a style sheet knows the element by the class.
func hasClass(n *html.Node, class string) bool {
	return slices.Contains(strings.Fields(attribute(n, "class")), class)
}

// within reports whether something around the node is an element of the name.
func within(n *html.Node, name string) bool {
	for around := range n.Ancestors() {
		if around.Data == name {
			return true
		}
	}
	return false
}
