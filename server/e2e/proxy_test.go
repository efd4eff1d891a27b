package e2e

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// startBehind runs the program behind a proxy of its own, which does something else with
// some requests.
func startBehind(t *testing.T, differs func(*http.Request) bool, do func(backend string, pass http.Handler) http.HandlerFunc) *program {
	t.Helper()
	backend := strings.TrimPrefix(freeOrigin(t, "127.0.0.1"), "http://")
	pass := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", backend, r.In.Host
	}}
	other := do(backend, pass)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if differs(r) {
			other(w, r)
			return
		}
		pass.ServeHTTP(w, r)
	})
	o := freeOrigins(t)
	for _, origin := range o {
		l, err := net.Listen("tcp", strings.TrimPrefix(origin, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: handler}
		go server.Serve(l)                   //nolint:errcheck // ends with the test
		t.Cleanup(func() { server.Close() }) //nolint:errcheck // ends with the test
	}
	data := t.TempDir()
	return startCommand(t, data, exec.Command(binary, append(flagsFor(o), "--listen", backend, "--data", data)...))
}

func isFeed(r *http.Request) bool { return r.Header.Get("Upgrade") != "" }

// What stands between and lets no websocket through is named, and until then no button
// pretends to do something.
func TestAProxyThatLetsNoWebsocketThroughIsNamed(t *testing.T) {
	tests := map[string]func(string, http.Handler) http.HandlerFunc{
		"it refuses websockets": func(string, http.Handler) http.HandlerFunc {
			return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "not here", http.StatusForbidden) }
		},
		"it drops the subprotocol": func(_ string, pass http.Handler) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				r.Header.Del("Sec-WebSocket-Protocol")
				pass.ServeHTTP(w, r)
			}
		},
	}
	for name, feed := range tests {
		t.Run(name, func(t *testing.T) {
			p := startBehind(t, isFeed, feed)
			b := openTab(t)
			b.forgive("WebSocket connection to")
			b.open(p.lab + "/v03-pkce")
			b.says("something between the lab and this browser refuses websockets")
			b.shoot("refused")
			if pretends := evaluate[string](b, `[...document.querySelectorAll(".topbar-run, .topbar-step, .toggle, .attack-run")].filter(e => e.ariaDisabled !== "true").map(e => e.innerText).join()`); pretends != "" {
				t.Errorf("it can be pressed: %s", pretends)
			}
			if said := b.text(); strings.Contains(said, "Trying again; nothing is lost") {
				t.Error("and it says that this passes")
			}
		})
	}
}

// A connection that is cut whenever it is quiet serves all the same, and the page says
// what happens.
func TestAProxyThatCutsQuietConnectionsIsNamed(t *testing.T) {
	const quiet = 6 * time.Second
	p := startBehind(t, isFeed, func(backend string, _ http.Handler) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			server, err := net.Dial("tcp", backend)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadGateway)
				return
			}
			client, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				server.Close()
				return
			}
			ctx, cut := context.WithCancel(context.Background())
			context.AfterFunc(ctx, func() { client.Close(); server.Close() })
			idle := time.AfterFunc(quiet, cut)
			carry := func(to io.Writer, from io.Reader) {
				defer cut()
				buffer := make([]byte, 32<<10)
				for {
					n, err := from.Read(buffer)
					if err != nil {
						return
					}
					idle.Reset(quiet)
					if _, err := to.Write(buffer[:n]); err != nil {
						return
					}
				}
			}
			if err := r.Write(server); err != nil {
				cut()
				return
			}
			go carry(server, client)
			carry(client, server)
		}
	})
	b := openTab(t)
	b.forgive("WebSocket connection to")
	b.open(p.lab + "/v03-pkce")
	b.says("cuts connections that are quiet")
	b.runTheFlow()
	b.shoot("cut")
}
