package site

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/ui"
	"oauthlab/app/ui/page"
	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/load"
	"oauthlab/server/asset"
	"oauthlab/server/lab"
	"oauthlab/server/route"
)

// Site is the lab origin.
type Site struct {
	Stories   bool // serve the components' stories too, in development
	Coming    []load.Coming
	InYourApp map[string][]load.Check // by chapter
	API       *API
	Files     fs.FS        // package web's
	Metrics   http.Handler // nil where operators find them elsewhere
}

// Handler returns everything that the lab origin serves.
func (s *Site) Handler() (http.Handler, error) {
	assets, err := openAssets(s.Files)
	if err != nil {
		return nil, err
	}
	course := Course{s.API.Chapters, s.Coming, s.InYourApp}
	said, err := contents(s.API, course)
	if err != nil {
		return nil, err
	}
	for path, content := range said {
		content.Reading = assets.Link(content.Reading)
		said[path] = content
	}
	version, err := fingerprint(s.Files, said)
	if err != nil {
		return nil, err
	}
	ui.Routes(said["/"].Chapters, func(path string) (page.Content, bool) {
		c, ok := said[path]
		return c, ok
	})
	if s.Stories {
		ui.RouteStories(func(all []page.ChapterLink, here page.ChapterLink) string {
			list, _ := listHTML(partsOf(all, madeUpLoops(all)), here) // written as the pages above were
			return list
		})
	}

	own := s.API.Labs.Origins[event.Lab]
	read, err := s.API.Books.pages(own, course)
	if err != nil {
		return nil, err
	}

	worker, err := fs.ReadFile(s.Files, "start/worker.js")
	if err != nil {
		return nil, err
	}
	everything := http.NewServeMux()
	everything.Handle("/", fixARIA(pages(assets, version, string(worker), s.API.Labs.Origins)))
	everything.Handle(asset.Root, assets)
	found, err := findable(s.API.Chapters, assets.Link, everything)
	if err != nil {
		return nil, err
	}
	callback, err := s.callback(assets.Link)
	if err != nil {
		return nil, err
	}

	documents, err := s.API.documents(course, said)
	if err != nil {
		return nil, err
	}
	library := newLibrary(own, documents, s.API.Log)

	policy := pagePolicy(lab.AllParties(), s.API.Labs.Origins)
	mux := &route.Mux{}
	public := map[string]http.Handler{"/": found}
	for path, page := range read {
		public[path] = serveText("text/html; charset=utf-8", assets.Link(page))
	}
	public[troubleshootingPath] = s.API.Books.leading(public[troubleshootingPath])
	for path, page := range public {
		if page, err = compressed(library.beside(page)); err != nil {
			return nil, err
		}
		mux.Handle(path, readOnly(page))
	}
	shown, err := newEmbeds(s.API.Labs.Origins, s.API.Chapters, assets.Link)
	if err != nil {
		return nil, err
	}
	packed, err := compressed(shown)
	if err != nil {
		return nil, err
	}
	mux.Handle(embedPath+"/", framed(s.API.Labs.Origins, readOnly(packed)))
	mux.Handle("/callback", readOnly(guarded(callbackPolicy, callback)))
	calls := s.API.Handler()
	mux.Handle("/api/", calls)
	// go-app would fetch these three from whatever host the request names.
	mux.Handle("/robots.txt", readOnly(fixed("text/plain; charset=utf-8",
		"User-agent: *\nDisallow: /api/\nDisallow: /callback\nSitemap: "+own+"/sitemap.xml\n# For assistants: "+own+llmsPath+"\n")))
	mux.Handle("/sitemap.xml", readOnly(fixed("application/xml", sitemap(own, s.API.Chapters))))
	mux.Handle("/ads.txt", http.NotFoundHandler())
	if s.Metrics != nil {
		mux.Handle("/metrics", readOnly(s.Metrics))
	}
	return route.Wrap(guarded(policy, mux), mux, calls), nil
}

// readOnly refuses what would change something: go-app answers any method.
func readOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "A page can only be read: use GET.", http.StatusMethodNotAllowed)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// pages serves the client: prerendered pages, the program and its assets.
func pages(a *assets, version, worker string, o lab.Origins) http.Handler {
	return &app.Handler{
		Name:            "OAuth Lab",
		ShortName:       "OAuth Lab",
		Title:           "OAuth Lab",
		Description:     "Learn OAuth 2.1 by running it, breaking it and mending it.",
		Lang:            "en",
		Domain:          host(o[event.Lab]),
		LoadingLabel:    "Loading the client: {progress}%",
		BackgroundColor: "#faf9f6",
		ThemeColor:      "#1c2126",
		Icon: app.Icon{
			Default: "/web/icons/icon-192.png", Large: "/web/icons/icon-512.png",
			Maskable: "/web/icons/icon-512.png", SVG: "/web/icons/logo.svg",
		},
		Image: o[event.Lab] + "/web/pictures/card.png",
		RawHeaders: []string{
			a.Link(`<script src="/web/start/start.js"></script>`), // before go-app's own
			`<script src="` + a.Resolve("/web/start/program.js") + `" data-program="` + a.Resolve(programPath) + `"></script>`,
			a.Link(`<script src="/web/start/foreign.js" defer></script>`), // after it: it needs the runtime
			a.Link(`<script src="/web/start/focus.js" defer></script>`),
			a.Link(`<script src="/web/start/groups.js" defer></script>`),
			a.Link(`<script src="/web/start/copy.js" defer></script>`),
			a.Link(`<script src="/web/start/lab.js" defer></script>`), // needs the page's content
			a.Link(`<link rel="preload" href="/web/fonts/inter.woff2" as="font" type="font/woff2" crossorigin>`),
			a.Link(`<link rel="preload" href="/web/fonts/jetbrains-mono.woff2" as="font" type="font/woff2" crossorigin>`),
			a.Link(unscripted),
		},
		Resources:             a,
		Version:               version,
		ServiceWorkerTemplate: worker,
		WasmContentLength:     fmt.Sprint(a.info.Size),
	}
}

// fingerprint is a hash over everything that the client is made of: a new one
// tells browsers that there is an update.
func fingerprint(files fs.FS, pages map[string]page.Content) (string, error) {
	h := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%s %d\n", path, len(data))
		h.Write(data)
		return nil
	})
	if err != nil {
		return "", err
	}
	if err := json.NewEncoder(h).Encode(pages); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

// attacksOf returns the attacks that can be run on the chapter's page: its own, and those
// of the chapters before it.
func attacksOf(c lessons.Chapter) []api.Attack {
	return slices.DeleteFunc(AttackCatalogue(), func(a api.Attack) bool {
		return a.Chapter > c.Version && !slices.Contains(c.Attacks, a.ID)
	})
}

// callback serves the redirect URI of the client: a static page, whatever the
// query says.
func (s *Site) callback(link func(page string) string) (http.Handler, error) {
	page, err := fs.ReadFile(s.Files, "callback/callback.html")
	if err != nil {
		return nil, err
	}
	shown := fixed("text/html; charset=utf-8", link(string(page)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		shown.ServeHTTP(w, r)
	}), nil
}

func fixed(contentType, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		fmt.Fprint(w, body)
	})
}

// sitemap lists the pages for search engines, in the form of sitemaps.org.
func sitemap(origin string, chapters []lessons.Chapter) string {
	var b strings.Builder
	b.WriteString(xml.Header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	for _, path := range slices.Concat([]string{"/"}, pathsOf(chapters), bookPaths()) {
		b.WriteString("<url><loc>")
		xml.EscapeText(&b, []byte(origin+path)) //nolint:errcheck // a builder takes all
		b.WriteString("</loc></url>\n")
	}
	b.WriteString("</urlset>\n")
	return b.String()
}

func pathsOf(chapters []lessons.Chapter) []string {
	paths := make([]string, len(chapters))
	for i, c := range chapters {
		paths[i] = c.Path
	}
	return paths
}

// host is an origin without its scheme.
func host(origin string) string {
	_, host, _ := strings.Cut(origin, "://")
	return host
}
