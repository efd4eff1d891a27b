package snippet

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"oauthlab/lessons/event"
)

// nasty is what a shell or a language would fall for.
var nasty = []string{
	"plain", "", "it's", "'", "''", `'\''`, `"double"`, "$HOME `id` $(id) ${x}", "#{x}", "a\nb\n", "a\r\nb", "\t", `back\slash\`, `\u0041\x41\101`,
	"-n", "--help", "@/etc/passwd", "!history", "*?[a-z]~", "#no comment", "; rm -rf /", "a&b|c>d", "Zürich, 東京, 👩‍🚀", "\u202ertl", "\ufeff",
	"\xff\xfe", "\xed\xa0\x80", "\uFFFD", "%s%n%%", "zero\x00byte", "\x00" + "7", "\x1b[31m", "\x7f", "\u2028\u2029", "</script><!--", `"""`, "'''", "{{.}}",
}

const form = "application/x-www-form-urlencoded"

func header(pairs ...string) (fields []event.Field) {
	for i := 0; i < len(pairs); i += 2 {
		fields = append(fields, event.Field{Name: pairs[i], Value: pairs[i+1]})
	}
	return fields
}

// recorded are requests as the lab's log holds them, and worse; "HOST" stands for where
// they went.
var recorded = map[string]event.Request{
	"a navigation":                  {Method: "GET", URL: "http://HOST/x/authorize?client_id=a%20b&state=%27%22&x=it's", Header: header("Sec-Fetch-Mode", "navigate", "cookie", `s=1; t="2"`)},
	"a token request":               {Method: "POST", URL: "http://HOST/x/token", Header: header("content-type", form, "Origin", "http://localhost:8080"), Body: "code=c%2B&x=it's&y=</script>"},
	"one parameter three times":     {Method: "POST", URL: "http://HOST/x/authorize?resource=http%3A%2F%2Fa&resource=http%3A%2F%2Fa%2Fb&resource=http%3A%2F%2Fa", Header: header("Content-Type", form), Body: "resource=http%3A%2F%2Fa&resource=http%3A%2F%2Fa%2Fb&grant_type=refresh_token&resource=http%3A%2F%2Fa"},
	"all that is nasty":             {Method: "PUT", URL: "http://HOST/%C3%BC/a%2Fb//c?x=[1-9]{a,b}&y=a|b^c`\\\"<>", Header: header("Content-Type", "text/plain; x=\"é\\'$(id)${x}%s<\"", "Authorization", "Basic \"'`\\"), Body: strings.Join(nasty, "|")},
	"text with marks":               {Method: "POST", URL: "http://HOST/%C3%BC?q=東京ü#x", Header: header("Content-Type", "text/plain"), Body: "Zürich, 東京, 👩‍🚀 \u202e\u2028\ufeff\r\n\t\x1b%\\'\""},
	"no type":                       {Method: "POST", URL: "http://HOST/", Body: "@/etc/passwd"},
	"no body":                       {Method: "POST", URL: "http://HOST"},
	"marks in a header":             {Method: "GET", URL: "http://HOST/", Header: header("Cookie", "a=\u202e\u200dé\t%s'\\")},
	"nothing but a query, and dots": {Method: "DELETE", URL: "http://HOST?a=/../b", Header: header("Cookie", "a=b\r\nInjected: yes")},
}

// runner runs a snippet as a learner would: it stands in a file as it is.
type runner struct {
	file    string   // its name
	command []string // run beside it
	always  bool     // it is there wherever the project is built
}

var runners = map[string]runner{
	"curl":       {"request.sh", []string{"sh", "request.sh"}, true},
	"go":         {"request.go", []string{"go", "run", "request.go"}, true},
	"javascript": {"request.mjs", []string{"node", "request.mjs"}, false},
	"python":     {"request.py", []string{"python3", "request.py"}, false},
}

// A snippet's program sends what was recorded: method, target, the telling headers and the
// body, to the byte. It follows no redirect.
func TestProgramsSendWhatWasRecorded(t *testing.T) {
	type arrival struct {
		request *http.Request
		body    []byte
	}
	arrivals := make(chan arrival, 2)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		arrivals <- arrival{r, body}
		http.Redirect(w, r, "/followed", http.StatusFound)
	}))
	defer server.Close()
	for id, with := range runners {
		t.Run(id, func(t *testing.T) {
			if _, err := exec.LookPath(with.command[0]); err != nil && !with.always {
				t.Skipf("there is no %s here to run it with", with.command[0])
			}
			for name, r := range recorded {
				t.Run(name, func(t *testing.T) {
					if testing.Short() && id == "go" && name != "all that is nasty" {
						t.Skip("each is a program to be built")
					}
					r.URL = strings.Replace(r.URL, "HOST", server.Listener.Addr().String(), 1)
					out := run(t, with, of(t, id, Requests(&r)).Text)
					if len(arrivals) != 1 {
						t.Fatalf("%d requests came; the program says\n%s", len(arrivals), out)
					}
					came := <-arrivals
					if came.request.Method != r.Method {
						t.Errorf("the method is %q, want %q", came.request.Method, r.Method)
					}
					if got, want := came.request.RequestURI, target(r.URL, id); got != want {
						t.Errorf("the target is\n%q, want\n%q", got, want)
					}
					for _, name := range telling {
						want := strings.ReplaceAll(headerOf(r.Header, name), "\r\n", "")
						if got := came.request.Header.Get(name); got != want {
							t.Errorf("%s is\n%q, want\n%q", name, got, want)
						}
					}
					if came.request.Header.Get("Injected") != "" {
						t.Error("a header came that nobody sent")
					}
					if !bytes.Equal(came.body, []byte(r.Body)) {
						t.Errorf("the body is\n%q, want\n%q", came.body, r.Body)
					}
					if !strings.Contains(out, "302") {
						t.Errorf("the program does not show the answer:\n%s", out)
					}
				})
			}
		})
	}
}

// target is what of a URL reaches a server. All that curl and Go must change is what no
// request line holds; the others write some characters as %XX.
func target(raw, id string) string {
	_, rest, _ := strings.Cut(raw, "://")
	target := "/" + strings.TrimPrefix(rest[strings.IndexAny(rest+"/", "/?"):], "/")
	target = strings.ReplaceAll(target, "#", "%23")
	if id == "javascript" || id == "python" {
		for _, c := range "\"<>\\^`{|}'ü東京" {
			target = strings.ReplaceAll(target, string(c), url.QueryEscape(string(c)))
		}
	}
	return target
}

func run(t *testing.T, with runner, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, with.file), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, with.command[0], with.command[1:]...)
	cmd.Dir = dir
	cmd.Env = withoutProxy()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v: %v\n%s\nof\n%s", with.command, err, out, text)
	}
	return string(out)
}

// withoutProxy is the environment, with nothing between a program and this machine.
func withoutProxy() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.Contains(strings.ToLower(v), "_proxy=") })
}

func of(t *testing.T, id string, all []Snippet) Snippet {
	t.Helper()
	i := slices.IndexFunc(all, func(s Snippet) bool { return s.ID == id })
	if i < 0 {
		t.Fatalf("there is no snippet %q", id)
	}
	return all[i]
}

func headerOf(fields []event.Field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

func TestCurl(t *testing.T) {
	tests := map[string]struct {
		r    event.Request
		want string
	}{
		"a navigation": {
			event.Request{Method: "GET", URL: "http://a/authorize?x=1&y=2", Header: header("Sec-Fetch-Mode", "navigate")},
			`curl -i 'http://a/authorize?x=1&y=2'`,
		},
		"a token request": {
			event.Request{Method: "POST", URL: "http://a/token", Header: header("content-type", form, "Origin", "http://lab"), Body: "code=c&x=it's"},
			"curl -i 'http://a/token' \\\n  -H 'Content-Type: application/x-www-form-urlencoded' \\\n  -H 'Origin: http://lab' \\\n  --data-raw 'code=c&x=it'\\''s'",
		},
		"a cookie":              {event.Request{Method: "GET", URL: "http://a/", Header: header("Cookie", "s=1")}, "curl -i 'http://a/' \\\n  -H 'Cookie: s=1'"},
		"a post without a body": {event.Request{Method: "POST", URL: "http://a/"}, `curl -i -X 'POST' 'http://a/'`},
		"a body without a type": {event.Request{Method: "POST", URL: "http://a/", Body: "@/etc/passwd"}, "curl -i 'http://a/' \\\n  -H 'Content-Type:' \\\n  --data-raw '@/etc/passwd'"},
		"a body with a zero":    {event.Request{Method: "POST", URL: "http://a/", Body: "a\x00%\\'"}, "printf 'a\\000%%\\\\'\\''' | curl -i 'http://a/' \\\n  -H 'Content-Type:' \\\n  --data-binary @-"},
		"another method":        {event.Request{Method: "DELETE", URL: "http://a/"}, `curl -i -X 'DELETE' 'http://a/'`},
		"a method that bites":   {event.Request{Method: "$(id)", URL: "http://a/"}, `curl -i -X '$(id)' 'http://a/'`},
		"only the head":         {event.Request{Method: "HEAD", URL: "http://a/"}, `curl -i --head 'http://a/'`},
		"brackets":              {event.Request{Method: "GET", URL: "http://a/?x=[1-9]{a,b}"}, `curl -i --globoff 'http://a/?x=[1-9]{a,b}'`},
		"dots":                  {event.Request{Method: "GET", URL: "http://a/b/%2E./c"}, `curl -i --path-as-is 'http://a/b/%2E./c'`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := of(t, "curl", Requests(&tt.r)).Text; got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
	if got := Requests(nil); got != nil {
		t.Errorf("snippets without a request: %+v", got)
	}
	if got := Requests(&event.Request{}); len(got) != 4 || got[0].ID != "curl" {
		t.Errorf("of an empty request: %+v", got)
	}
}

// What a learner must know is said in every language, and nothing where all is well.
func TestNotesSayWhatIsMissing(t *testing.T) {
	tests := map[string]struct {
		r    event.Request
		want string
	}{
		"a password":                 {event.Request{Method: "POST", Body: "username=alice&password=[redacted]"}, "redacted"},
		"a password, escaped":        {event.Request{Method: "POST", Body: "password=%5Bredacted%5D"}, "redacted"},
		"something that was cut":     {event.Request{Method: "POST", Truncated: true}, "cut"},
		"a session":                  {event.Request{Method: "GET", Header: header("cookie", "s=1")}, "session"},
		"a URL that is none":         {event.Request{Method: "GET", URL: "http://a/?x=#y"}, "%XX"},
		"nothing, where all is well": {event.Request{Method: "GET", URL: "http://a/"}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, s := range Requests(&tt.r) {
				got := strings.Join(s.Notes, " ")
				silent := tt.want == "" && s.ID != "javascript" // of fetch there is always something to say
				if !strings.Contains(got, tt.want) || silent && got != "" {
					t.Errorf("%s: notes %q, want %q", s.ID, got, tt.want)
				}
			}
		})
	}
}

func TestNotesSayWhatFetchCannot(t *testing.T) {
	tests := map[string]struct {
		r    event.Request
		want string
	}{
		"a cookie":        {event.Request{URL: "http://a/", Header: header("Cookie", "s=1")}, "forbidden request-headers"},
		"an origin":       {event.Request{URL: "http://a/", Header: header("Origin", "null")}, "forbidden request-headers"},
		"a body of a get": {event.Request{Method: "GET", URL: "http://a/", Body: "x"}, "no body with GET"},
		"dots":            {event.Request{URL: "http://a/b/../c"}, "another path"},
		"a trace":         {event.Request{Method: "TRACE", URL: "http://a/"}, "refuses to send TRACE"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(of(t, "javascript", Requests(&tt.r)).Notes, " "); !strings.Contains(got, tt.want) {
				t.Errorf("notes %q, want %q", got, tt.want)
			}
		})
	}
}

// A text can be shown and pasted: it is text, and hides nothing.
func FuzzRequests(f *testing.F) {
	f.Add("GET", "http://a/", "body", "cookie")
	f.Add("it's", "'", "'\\''", "\n")
	for _, s := range nasty {
		f.Add(s, "http://a/?"+s, s, s)
	}
	f.Fuzz(func(t *testing.T, method, url, body, cookie string) {
		all := Requests(&event.Request{Method: method, URL: url, Body: body, Header: header("Cookie", cookie)})
		for _, s := range all {
			if !utf8.ValidString(s.Text) || !allVisible(strings.ReplaceAll(s.Text, "\t", "")) {
				t.Errorf("%s holds what nobody sees: %q", s.ID, s.Text)
			}
		}
		// Outside of the shell's quotes stand only words of ours.
		var outside string
		for i, piece := range strings.Split(strings.ReplaceAll(all[0].Text, `'\''`, ""), "'") {
			if i%2 == 0 {
				outside += piece
			}
		}
		for _, ours := range []string{`"$(printf )"`, "printf  | ", "--data-binary @-"} {
			outside = strings.ReplaceAll(outside, ours, "")
		}
		if strings.Trim(outside, "curl -igobfXHdatwhesp\\\n") != "" || strings.ContainsAny(outside, "$`;&|<>(){}*?#~\"@") {
			t.Errorf("outside of quotes stands %q", outside)
		}
	})
}
