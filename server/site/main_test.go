package site

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"oauthlab/lessons"
	"oauthlab/lessons/content"
	"oauthlab/lessons/event"
	"oauthlab/lessons/load"
	"oauthlab/server/attack"
	"oauthlab/server/authserver"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/store"
	"oauthlab/web"
)

// What the tests of this package share: the lab origin as the program wires it.
// Its pages are registered for the whole process, so there is one.
var (
	origin   http.Handler
	chapters []lessons.Chapter
	traces   = map[string]string{}
	origins  = lab.Origins{event.Lab: "http://localhost:8080", event.Auth: "http://localhost:8081", event.API: "http://localhost:8082", event.Webapp: "http://localhost:8084", event.Agent: "http://localhost:8085", event.Mallory: "http://127.0.0.1:8083"}
)

func TestMain(m *testing.M) {
	code, err := withOrigin(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func withOrigin(run func() int) (int, error) {
	dir, err := os.MkdirTemp("", "oauthlab-site-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	db, err := store.Open(context.Background(), store.Options{Dir: dir})
	if err != nil {
		return 1, err
	}
	defer db.Close() //nolint:errcheck // the tests are over
	read, err := load.Read(load.Tree{FS: content.FS})
	if err != nil {
		return 1, err
	}
	chapters = load.Plain(read)
	standing := map[string]string{}
	for _, c := range read {
		standing[c.ID] = c.Version
		if c.ID != c.Version {
			continue
		}
		trace, err := fs.ReadFile(content.FS, c.Folder+"/trace.txt")
		if err != nil {
			return 1, err
		}
		traces[c.ID] = string(trace)
	}
	coming, err := load.ToCome(content.FS)
	if err != nil {
		return 1, err
	}
	book, err := ReadCode()
	if err != nil {
		return 1, err
	}
	books, err := ReadBooks()
	if err != nil {
		return 1, err
	}
	document := authserver.Document{Store: db, Owner: event.Auth, Kind: authserver.Kind}
	labs := &lab.Labs{Store: db, Origins: origins, Now: time.Now, Parties: []lab.Document{document}, Chapters: standing}
	senders, log := feed.InternalSenders{Secret: []byte("test")}, slog.New(slog.DiscardHandler)
	site := &Site{Files: web.FS, Coming: coming, InYourApp: load.Checks(read), API: &API{
		Labs: labs, Auth: document, Chapters: chapters, Traces: traces, Code: book, Books: books, Log: log,
		Attacks: &attack.Runner{Labs: labs, InternalSenders: senders}, Feed: &feed.Feed{Labs: labs, Log: log},
	}}
	if origin, err = site.Handler(); err != nil {
		return 1, err
	}
	return run(), nil
}

// ask sends a request to a handler and returns the answer with its body.
func ask(t *testing.T, h http.Handler, method, target string, header ...string) (*http.Response, string) {
	t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader("{}")
	}
	r := httptest.NewRequestWithContext(t.Context(), method, target, body)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	resp := w.Result()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}
