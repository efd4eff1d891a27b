package timeline

import (
	"os/exec"
	"strings"
	"testing"

	"oauthlab/lessons/event"
)

func TestCurl(t *testing.T) {
	form := event.Field{Name: "content-type", Value: "application/x-www-form-urlencoded"}
	tests := map[string]struct {
		r    event.Request
		want string
	}{
		"a navigation": {
			event.Request{Method: "GET", URL: "http://a/authorize?x=1&y=2", Header: []event.Field{{Name: "Sec-Fetch-Mode", Value: "navigate"}}},
			`curl -i 'http://a/authorize?x=1&y=2'`,
		},
		"a token request": {
			event.Request{Method: "POST", URL: "http://a/token", Header: []event.Field{form, {Name: "Origin", Value: "http://lab"}}, Body: "code=c&x=it's"},
			"curl -i 'http://a/token' \\\n  -H 'Content-Type: application/x-www-form-urlencoded' \\\n  -H 'Origin: http://lab' \\\n  --data-raw 'code=c&x=it'\\''s'",
		},
		"a cookie":              {event.Request{Method: "GET", URL: "http://a/", Header: []event.Field{{Name: "Cookie", Value: "s=1"}}}, "curl -i 'http://a/' \\\n  -H 'Cookie: s=1'"},
		"a post without a body": {event.Request{Method: "POST", URL: "http://a/"}, `curl -i -X 'POST' 'http://a/'`},
		"a body without a type": {event.Request{Method: "POST", URL: "http://a/", Body: "@/etc/passwd"}, "curl -i 'http://a/' \\\n  -H 'Content-Type:' \\\n  --data-raw '@/etc/passwd'"},
		"another method":        {event.Request{Method: "DELETE", URL: "http://a/"}, `curl -i -X 'DELETE' 'http://a/'`},
		"a method that bites":   {event.Request{Method: "$(id)", URL: "http://a/"}, `curl -i -X '$(id)' 'http://a/'`},
		"only the head":         {event.Request{Method: "HEAD", URL: "http://a/"}, `curl -i --head 'http://a/'`},
		"brackets":              {event.Request{Method: "GET", URL: "http://a/?x=[1-9]{a,b}"}, `curl -i --globoff 'http://a/?x=[1-9]{a,b}'`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Curl(&tt.r).Text; got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
	if got := Curl(nil); got.Text != "" || got.Notes != nil {
		t.Errorf("a command without a request: %+v", got)
	}
}

func TestCurlSaysWhatIsMissing(t *testing.T) {
	tests := map[string]struct {
		r    event.Request
		want string
	}{
		"a password":                 {event.Request{Method: "POST", Body: "username=alice&password=[redacted]"}, "redacted"},
		"a password, escaped":        {event.Request{Method: "POST", Body: "password=%5Bredacted%5D"}, "redacted"},
		"something that was cut":     {event.Request{Method: "POST", Truncated: true}, "cut"},
		"a session":                  {event.Request{Method: "GET", Header: []event.Field{{Name: "cookie", Value: "s=1"}}}, "session"},
		"nothing, where all is well": {event.Request{Method: "GET", URL: "http://a/"}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(Curl(&tt.r).Notes, " "); !strings.Contains(got, tt.want) || (tt.want == "") != (got == "") {
				t.Errorf("notes %q, want %q", got, tt.want)
			}
		})
	}
}

// nasty is what a shell would fall for.
var nasty = []string{
	"plain", "", "it's", "'", "''", `'\''`, `"double"`, "$HOME `id` $(id)", "a\nb\n", "a\r\nb", "\t", `back\slash\`,
	"-n", "--help", "!history", "*?[a-z]~", "#no comment", "; rm -rf /", "a&b|c>d", "Zürich, 東京, 👩‍🚀", "\u202ertl", "\xff\xfe", "%s%n",
}

// What stands in quotes comes out of a real shell as it went in.
func TestQuoteSurvivesAShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh here")
	}
	for _, s := range nasty {
		out, err := exec.Command(sh, "-c", "printf '[%s]' "+quote(s)).CombinedOutput()
		if err != nil || string(out) != "["+s+"]" {
			t.Errorf("%q came out as %q, %v", s, out, err)
		}
	}
	if got := quote("a\x00b"); got != "'ab'" {
		t.Errorf("a zero byte: %q", got)
	}
}

// The whole command, with a function in curl's place that prints its words.
func TestCurlSurvivesAShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh here")
	}
	for _, s := range nasty {
		r := event.Request{
			Method: "PUT", URL: "http://a/?q=" + s, Body: "b=" + s,
			Header: []event.Field{{Name: "Cookie", Value: "c=" + s}, {Name: "Content-Type", Value: "text/plain"}},
		}
		out, err := exec.Command(sh, "-c", "curl() { printf '[%s]' \"$@\"; }; "+Curl(&r).Text).CombinedOutput()
		words := []string{"-i", "-X", "PUT", r.URL, "-H", "Content-Type: text/plain", "-H", "Cookie: c=" + s, "--data-raw", r.Body}
		if strings.ContainsAny(r.URL, "[]{}") {
			words = append([]string{"-i", "--globoff"}, words[1:]...)
		}
		if want := "[" + strings.Join(words, "][") + "]"; err != nil || string(out) != want {
			t.Errorf("%q: the shell saw\n%s\nwant\n%s\n%v", s, out, want, err)
		}
	}
}

func FuzzCurl(f *testing.F) {
	f.Add("GET", "http://a/", "body", "cookie")
	f.Add("it's", "'", "'\\''", "\n")
	f.Fuzz(func(t *testing.T, method, url, body, cookie string) {
		text := Curl(&event.Request{Method: method, URL: url, Body: body, Header: []event.Field{{Name: "Cookie", Value: cookie}}}).Text
		// Outside of quotes stand only words of ours.
		outside := ""
		for i, piece := range strings.Split(strings.ReplaceAll(text, `'\''`, ""), "'") {
			if i%2 == 0 {
				outside += piece
			}
		}
		if strings.Trim(outside, "curl -igobfXHdatwhe\\\n") != "" || strings.ContainsAny(outside, "$`;&|<>(){}*?#~\"") {
			t.Errorf("outside of quotes stands %q", outside)
		}
	})
}
