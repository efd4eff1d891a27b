package feed

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/server/lab"
)

func TestAttribution(t *testing.T) {
	tests := []struct {
		name   string
		header map[string]string
		proof  func(b *bench, r *http.Request)
		body   string
		silent func(*lab.Lab, *http.Request, url.Values) event.Party
		want   event.Party
	}{
		{name: "a navigation is the browser's", header: map[string]string{"Sec-Fetch-Mode": "navigate"}, silent: aClient, want: event.Browser},
		{
			name:   "a navigation from the lab's page is the browser's all the same",
			header: map[string]string{"Sec-Fetch-Mode": "navigate", "Origin": labOrigin}, silent: aClient, want: event.Browser,
		},
		{
			name:   "a fetch by the lab's page is the client's",
			header: map[string]string{"Sec-Fetch-Mode": "cors", "Origin": labOrigin}, silent: aClient, want: event.Client,
		},
		{name: "the lab's origin alone is enough", header: map[string]string{"Origin": labOrigin}, silent: aClient, want: event.Client},
		{
			name:   "a fetch by another page is whom it names",
			header: map[string]string{"Sec-Fetch-Mode": "cors", "Origin": "http://localhost:9999"},
			body:   "client_id=my-app", silent: aClient, want: "my-app",
		},
		{name: "an origin that begins like the lab's is another", header: map[string]string{"Origin": labOrigin + "0"}, silent: aClient, want: event.Outside},
		{name: "the origin null is nobody's", header: map[string]string{"Origin": "null"}, silent: aClient, want: event.Outside},
		{name: "who says nothing is whom the request names", body: "client_id=my-app", silent: aClient, want: "my-app"},
		{name: "who says nothing and names nobody is outside", silent: aClient, want: event.Outside},
		{name: "who says nothing to a page is the browser", silent: func(*lab.Lab, *http.Request, url.Values) event.Party { return event.Browser }, want: event.Browser},
		{name: "where the route does not care, it is outside", body: "client_id=my-app", want: event.Outside},
		{
			name: "a proof counts more than anything else", silent: aClient, want: event.Mallory,
			header: map[string]string{"Sec-Fetch-Mode": "navigate", "Origin": labOrigin},
			proof:  func(b *bench, r *http.Request) { b.senders.Pin(r, b.lab.ID, event.Mallory) },
		},
		{
			name: "a proof under another secret counts nothing", silent: aClient, want: event.Outside,
			proof: func(b *bench, r *http.Request) {
				InternalSenders{Secret: []byte("guessed")}.Pin(r, b.lab.ID, event.Mallory)
			},
		},
		{
			name: "a proof of another lab counts nothing", silent: aClient, want: event.Outside,
			proof: func(b *bench, r *http.Request) { b.senders.Pin(r, uuid.New(), event.Mallory) },
		},
		{
			name: "a proof made out to another party counts nothing", silent: aClient, want: event.Outside,
			proof: func(b *bench, r *http.Request) {
				b.senders.Pin(r, b.lab.ID, event.Mallory)
				_, mac, _ := strings.Cut(r.Header.Get(senderHeader), ".")
				r.Header.Set(senderHeader, "auth."+mac)
			},
		},
		{
			name: "a name without a seal counts nothing", silent: aClient, want: event.Outside,
			proof: func(_ *bench, r *http.Request) { r.Header.Set(senderHeader, "mallory") },
		},
		{
			name: "an empty proof counts nothing", silent: aClient, want: event.Outside,
			proof: func(_ *bench, r *http.Request) { r.Header.Set(senderHeader, "") },
		},
		{
			name: "a dot alone counts nothing", silent: aClient, want: event.Outside,
			proof: func(_ *bench, r *http.Request) { r.Header.Set(senderHeader, ".") },
		},
		{
			name: "a forged proof in front of what a browser says leaves that standing", silent: aClient, want: event.Browser,
			header: map[string]string{"Sec-Fetch-Mode": "navigate"},
			proof:  func(_ *bench, r *http.Request) { r.Header.Set(senderHeader, "mallory.00") },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, Route{Serve: fine, DefaultSender: tt.silent})
			r := b.request("POST", "/token", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for name, value := range tt.header {
				r.Header.Set(name, value)
			}
			if tt.proof != nil {
				tt.proof(b, r)
			}
			request, response := b.exchange(r)
			if request.From != tt.want || request.To != event.Auth {
				t.Errorf("the request goes %s → %s, want %s → auth", request.From, request.To, tt.want)
			}
			if response.From != event.Auth || response.To != tt.want {
				t.Errorf("the answer goes %s → %s, want auth → %s", response.From, response.To, tt.want)
			}
		})
	}
}

func TestABadgeIsNeverRecordedNorSeenByTheEndpoint(t *testing.T) {
	tests := map[string]func(b *bench, r *http.Request){
		"a good one": func(b *bench, r *http.Request) { b.senders.Pin(r, b.lab.ID, event.Mallory) },
		"a forged one": func(_ *bench, r *http.Request) {
			r.Header.Set(senderHeader, "mallory.feedface")
		},
		"two at once": func(b *bench, r *http.Request) {
			b.senders.Pin(r, b.lab.ID, event.Mallory)
			r.Header.Add(senderHeader, "auth.feedface")
		},
		"in other letters": func(b *bench, r *http.Request) {
			b.senders.Pin(r, b.lab.ID, event.Mallory)
			r.Header["oauthlab-PARTY"] = []string{r.Header.Get(senderHeader)}
			r.Header.Del(senderHeader)
		},
	}
	for name, pin := range tests {
		t.Run(name, func(t *testing.T) {
			seen := make(chan string, 1)
			b := newBench(t, Route{Serve: func(w http.ResponseWriter, r *http.Request, _ *lab.Handling) {
				seen <- fmt.Sprint(r.Header)
			}})
			r := b.request("POST", "/token", strings.NewReader("a=b"))
			pin(b, r)
			request, response := b.exchange(r)
			recorded, err := json.Marshal([]event.Event{request, response})
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{string(recorded), <-seen} {
				if strings.Contains(strings.ToLower(text), strings.ToLower(senderHeader)) || strings.Contains(text, "feedface") {
					t.Errorf("the proof stands in %s", text)
				}
			}
		})
	}
}

func TestAMessageIsRecordedAsItWasOnTheWire(t *testing.T) {
	b := newBench(t, Route{Serve: func(w http.ResponseWriter, r *http.Request, _ *lab.Handling) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Add("Vary", "Origin")
		w.Header().Add("Vary", "Accept")
		w.WriteHeader(http.StatusBadRequest)
		w.WriteHeader(http.StatusOK)           // too late, as with net/http
		io.WriteString(w, `{"error":"invalid`) //nolint:errcheck // a buffer
		io.WriteString(w, `_grant"}`)          //nolint:errcheck // a buffer
	}})
	r := b.request("POST", "/token?x=%20a+b&y", strings.NewReader("code=%41bc&state="))
	r.Host = "auth.example"
	r.Header.Set("Accept", "application/json")
	request, response := b.exchange(r)

	path := "/" + b.lab.ID.String() + "/token?x=%20a+b&y"
	if request.Request.Method != "POST" || request.Request.URL != authOrigin+path ||
		request.Request.Body != "code=%41bc&state=" || request.Request.Truncated {
		t.Errorf("the request is recorded as %+v", request.Request)
	}
	if host := headerOf(request.Request.Header, "Host"); len(host) != 1 || host[0] != "auth.example" {
		t.Errorf("the host is recorded as %q", host)
	}
	if !request.Time.Equal(noon) || request.Re != "" || request.Flow != "" {
		t.Errorf("the request's envelope is %+v", request)
	}
	if response.Response.Status != http.StatusBadRequest || response.Response.Body != `{"error":"invalid_grant"}` || response.Response.Truncated {
		t.Errorf("the answer is recorded as %+v", response.Response)
	}
	if vary := headerOf(response.Response.Header, "Vary"); len(vary) != 2 || vary[0] != "Origin" || vary[1] != "Accept" {
		t.Errorf("Vary is recorded as %q", vary)
	}
	if response.Re != request.ID {
		t.Errorf("the answer is to %q, the request is %q", response.Re, request.ID)
	}
	if resp, body := b.do(r.Clone(b.Context())); resp.StatusCode != http.StatusBadRequest || body != `{"error":"invalid_grant"}` {
		t.Errorf("what is sent is %d %q", resp.StatusCode, body)
	}
}

func TestWhatAProxyAddsIsNotRecorded(t *testing.T) {
	b := newBench(t, Route{Serve: func(http.ResponseWriter, *http.Request, *lab.Handling) {}})
	r := b.request("POST", "/token", strings.NewReader("a=b"))
	for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "Via", "X-Real-IP"} {
		r.Header.Set(name, "198.51.100.7")
	}
	request, _ := b.exchange(r)
	if text := fmt.Sprint(request.Request.Header); strings.Contains(text, "198.51.100.7") {
		t.Errorf("the learner's address stands in %s", text)
	}
}

// The endpoint reads the body that was recorded, and may give the flow a name.
func TestTheEndpointReadsTheBodyAndNamesTheFlow(t *testing.T) {
	b := newBench(t, Route{
		Flow: func(_ context.Context, l *lab.Lab, r *http.Request, form url.Values) string {
			return "asked-" + form.Get("code")
		},
		Serve: func(w http.ResponseWriter, r *http.Request, turn *lab.Handling) {
			fmt.Fprint(w, r.FormValue("code"), " ", turn.Flow, " ", turn.Party)
			turn.Flow = "answered"
		},
	})
	r := b.request("POST", "/token", strings.NewReader("code=c1"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request, response := b.exchange(r)
	if response.Response.Body != "c1 asked-c1 auth" {
		t.Errorf("the endpoint saw %q", response.Response.Body)
	}
	if request.Flow != "asked-c1" || response.Flow != "answered" {
		t.Errorf("the flows are %q and %q", request.Flow, response.Flow)
	}
}

// What the caller does next comes after the answer in the log.
func TestTheAnswerStandsInTheLogBeforeItIsSent(t *testing.T) {
	b := newBench(t, Route{Serve: fine})
	var atFirstByte int
	w := &tattler{ResponseRecorder: httptest.NewRecorder()}
	w.tell = func() { atFirstByte = len(b.events()) }
	recorder := &Recorder{Labs: b.labs, Party: event.Auth, Origin: authOrigin, InternalSenders: b.senders}
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/x", nil)
	r.SetPathValue("lab", b.lab.ID.String())
	recorder.Handle(Route{Serve: func(w http.ResponseWriter, r *http.Request, turn *lab.Handling) {
		if n := len(b.events()); n != 0 {
			t.Errorf("%d events stand in the log when the endpoint begins: the request goes there with what it causes", n)
		}
		fine(w, r, turn)
	}}).ServeHTTP(w, r)
	if atFirstByte != 2 {
		t.Errorf("%d events stand in the log when the answer is sent, want request and response", atFirstByte)
	}
	if w.Body.String() != "fine" {
		t.Errorf("sent %q", w.Body)
	}
}

// tattler tells when the first of an answer is sent.
type tattler struct {
	*httptest.ResponseRecorder
	tell func()
}

func (w *tattler) WriteHeader(status int) {
	w.tell()
	w.ResponseRecorder.WriteHeader(status)
}

// Pages for people too: the screen shows what Alice's browser got.
func TestAnAnswerIsRecordedWhateverItIs(t *testing.T) {
	for _, contentType := range []string{"text/html; charset=utf-8", "text/html", "text/plain", "application/json", ""} {
		b := newBench(t, Route{Serve: func(w http.ResponseWriter, _ *http.Request, _ *lab.Handling) {
			if contentType != "" {
				w.Header().Set("Content-Type", contentType)
			}
			io.WriteString(w, "<p>body</p>") //nolint:errcheck // a buffer
		}})
		_, response := b.exchange(b.request("GET", "/login", nil))
		if response.Response.Body != "<p>body</p>" || response.Response.Truncated {
			t.Errorf("%q: recorded as %+v", contentType, response.Response)
		}
		if _, body := b.do(b.request("GET", "/login", nil)); body != "<p>body</p>" {
			t.Errorf("%q: sent %q", contentType, body)
		}
	}
}

// The passwords of these cases all contain "hunter2", which must stand nowhere.
func TestPasswordsAreNeverRecorded(t *testing.T) {
	tests := []struct {
		name  string
		query string
		body  string
		want  string // of the body, where it says more than that the password is gone
	}{
		{name: "alone", body: "password=hunter2", want: "password=[redacted]"},
		{name: "at the beginning", body: "password=hunter2&username=alice", want: "password=[redacted]&username=alice"},
		{name: "in the middle", body: "a=%41&password=hunter2&b=+c", want: "a=%41&password=[redacted]&b=+c"},
		{name: "at the end", body: "username=alice&password=hunter2", want: "username=alice&password=[redacted]"},
		{name: "twice", body: "password=hunter2&x=1&password=hunter2b", want: "password=[redacted]&x=1&password=[redacted]"},
		{name: "with a letter in percent-encoding", body: "pass%77ord=hunter2", want: "pass%77ord=[redacted]"},
		{name: "all in percent-encoding", body: "%70%61%73%73%77%6f%72%64=hunter2", want: "%70%61%73%73%77%6f%72%64=[redacted]"},
		{name: "in upper case", body: "PASSWORD=hunter2&Password=hunter2", want: "PASSWORD=[redacted]&Password=[redacted]"},
		{name: "in upper case, encoded", body: "P%41SSWORD=hunter2"},
		{name: "with signs of equality in it", body: "password=hunter2=hunter2==", want: "password=[redacted]"},
		{name: "encoded itself", body: "password=%68unter2hunter2", want: "password=[redacted]"},
		{name: "empty", body: "password=&username=hunter", want: "password=[redacted]&username=hunter"},
		{name: "in the query", query: "?password=hunter2"},
		{name: "in the middle of the query", query: "?request=r1&pass%77ord=hunter2&x=1"},
		{name: "behind a second question mark", query: "?x=1?&password=hunter2"},
		{name: "in query and body", query: "?password=hunter2", body: "password=hunter2", want: "password=[redacted]"},
		{name: "longer than what is recorded", body: "password=" + strings.Repeat("hunter2", 1000), want: "password=[redacted]"},
		{name: "behind what is recorded", body: "a=" + strings.Repeat("b", event.MaxBody) + "&password=hunter2"},
		{name: "where the bound cuts", body: "a=" + strings.Repeat("b", event.MaxBody-16) + "&password=hunter2hunter2"},
		{name: "behind something that is no parameter", body: "&&x&=&password=hunter2", want: "&&x&=&password=[redacted]"},
		{name: "beside a broken encoding", body: "%zz=1&password=hunter2", want: "%zz=1&password=[redacted]"},
		{name: "with a broken encoding", body: "password=%zzhunter2", want: "password=[redacted]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, Route{Serve: fine})
			r := b.request("POST", "/login"+tt.query, strings.NewReader(tt.body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			request, response := b.exchange(r)
			recorded, err := json.Marshal([]event.Event{request, response})
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(recorded, []byte("hunter2")) {
				t.Errorf("the password stands in %.600s", recorded)
			}
			if tt.want != "" && request.Request.Body != tt.want {
				t.Errorf("the body is recorded as %q, want %q", request.Request.Body, tt.want)
			}
			if tt.query != "" && !strings.Contains(request.Request.URL, "="+event.Redacted) {
				t.Errorf("the address is recorded as %q", request.Request.URL)
			}
		})
	}
}

// Forms are not the only way in which a client may send a password.
func TestPasswordsAreNeverRecordedHoweverTheyAreSent(t *testing.T) {
	tests := []struct {
		name, contentType, referer, body string
	}{
		{name: "as JSON", contentType: "application/json", body: `{"username":"alice","password":"hunter2"}`},
		{
			name: "as a multipart form", contentType: "multipart/form-data; boundary=x",
			body: "--x\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nhunter2\r\n--x--\r\n",
		},
		{name: "as plain text", contentType: "text/plain", body: "username=alice\r\npassword=hunter2\r\n"},
		{name: "behind a semicolon", contentType: "application/x-www-form-urlencoded", body: "username=alice;password=hunter2"},
		{name: "behind an escaped ampersand", contentType: "application/x-www-form-urlencoded", body: "username=alice&amp;password=hunter2"},
		{name: "in the address of the page before", referer: authOrigin + "/login?username=alice&password=hunter2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, Route{Serve: fine})
			r := b.request("POST", "/login", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.contentType)
			if tt.referer != "" {
				r.Header.Set("Referer", tt.referer)
			}
			request, _ := b.exchange(r)
			recorded, err := json.Marshal(request)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(recorded, []byte("hunter2")) {
				t.Errorf("the password stands in %s", recorded)
			}
		})
	}
}

func TestWhatIsTooLongIsCutAndSaysSo(t *testing.T) {
	long := strings.Repeat("a", event.MaxBody)
	tests := []struct {
		name      string
		path      string
		body      string
		header    map[string][]string
		truncated bool
	}{
		{name: "a body of exactly the bound", body: long},
		{name: "a body one byte longer", body: long + "a", truncated: true},
		{name: "a URL longer than the bound", path: "?x=" + strings.Repeat("a", event.MaxURL), truncated: true},
		{name: "a header of exactly the bound", header: map[string][]string{"X-Long": {strings.Repeat("a", event.MaxValue)}}},
		{name: "a header one byte longer", header: map[string][]string{"X-Long": {strings.Repeat("a", event.MaxValue+1)}}, truncated: true},
		{name: "more headers than the bound", header: map[string][]string{"X-Many": make([]string, event.MaxFields+1)}, truncated: true},
		{name: "a character where the bound cuts", body: long[1:] + "€", truncated: true},
		{name: "a long body of bytes that are no text", body: strings.Repeat("\x80", 2*event.MaxBody), truncated: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, Route{Serve: func(w http.ResponseWriter, r *http.Request, _ *lab.Handling) {
				for name, values := range tt.header {
					w.Header()[name] = values
				}
				w.Header().Set("Content-Type", "text/plain")
				io.WriteString(w, tt.body) //nolint:errcheck // a buffer
			}})
			r := b.request("POST", "/token"+tt.path, strings.NewReader(tt.body))
			for name, values := range tt.header {
				r.Header[name] = values
			}
			request, response := b.exchange(r)
			if request.Request.Truncated != tt.truncated {
				t.Errorf("the request says truncated: %v", request.Request.Truncated)
			}
			if want := tt.truncated && tt.path == ""; response.Response.Truncated != want {
				t.Errorf("the answer says truncated: %v", response.Response.Truncated)
			}
			if n := len(request.Request.URL); n > event.MaxURL {
				t.Errorf("the URL has %d bytes", n)
			}
			for name, m := range map[string]struct {
				header []event.Field
				body   string
			}{
				"request":  {request.Request.Header, request.Request.Body},
				"response": {response.Response.Header, response.Response.Body},
			} {
				if len(m.body) > event.MaxBody || !utf8.ValidString(m.body) {
					t.Errorf("the body of the %s has %d bytes, valid text: %v", name, len(m.body), utf8.ValidString(m.body))
				}
				if len(m.header) > event.MaxFields {
					t.Errorf("the %s has %d headers", name, len(m.header))
				}
				for _, f := range m.header {
					if len(f.Value) > event.MaxValue {
						t.Errorf("the header %s of the %s has %d bytes", f.Name, name, len(f.Value))
					}
				}
			}
			// What is sent is whole, whatever is recorded.
			if _, body := b.do(b.request("POST", "/token", nil)); body != tt.body {
				t.Errorf("%d bytes are sent, want %d", len(body), len(tt.body))
			}
		})
	}
}

func TestBytesThatAreNoTextAreReplaced(t *testing.T) {
	b := newBench(t, Route{Serve: fine})
	r := b.request("POST", "/token", strings.NewReader("a=\xff\xfe&b=ok"))
	r.Header.Set("X-Odd", "caf\xe9")
	r.URL.RawQuery = "q=\xff"
	request, _ := b.exchange(r)
	if want := "a=\uFFFD&b=ok"; request.Request.Body != want {
		t.Errorf("the body is recorded as %q, want %q", request.Request.Body, want)
	}
	if odd := headerOf(request.Request.Header, "X-Odd"); len(odd) != 1 || odd[0] != "caf\uFFFD" {
		t.Errorf("the header is recorded as %q", odd)
	}
	if !strings.HasSuffix(request.Request.URL, "?q=\uFFFD") {
		t.Errorf("the URL is recorded as %q", request.Request.URL)
	}
}

// Each replacement takes three bytes where one was.
func TestReplacedBytesStayWithinTheBound(t *testing.T) {
	b := newBench(t, Route{Serve: fine})
	request, _ := b.exchange(b.request("POST", "/token", strings.NewReader(strings.Repeat("\x80a", event.MaxBody/2))))
	if n := len(request.Request.Body); n > event.MaxBody {
		t.Errorf("the body is recorded with %d bytes, at most %d", n, event.MaxBody)
	}
}

// A request that the server takes can be recorded: what a stranger sends is never
// a fault of the store.
func TestARequestOfCharactersThatJSONEscapesIsAnswered(t *testing.T) {
	b := newBench(t, Route{Serve: fine})
	r := b.request("POST", "/token", strings.NewReader(strings.Repeat("\x01", event.MaxBody)))
	for range 9 {
		r.Header.Add("X-Odd", strings.Repeat("<", event.MaxValue))
	}
	if resp, body := b.do(r); resp.StatusCode != http.StatusOK {
		t.Errorf("answered %d %q", resp.StatusCode, body)
	}
}

func TestABodyThatIsTooLargeIsRefusedAndBothMessagesAreTold(t *testing.T) {
	served := false
	b := newBench(t, Route{Serve: func(http.ResponseWriter, *http.Request, *lab.Handling) { served = true }})
	send := func(size int) (*http.Response, string) {
		return b.do(b.request("POST", "/token", strings.NewReader("password=hunter2&a="+strings.Repeat("b", size-len("password=hunter2&a=")))))
	}
	resp, body := send(DefaultMaxBody + 1)
	if resp.StatusCode != http.StatusRequestEntityTooLarge || body != "The body of the request is longer than 16 KiB.\n" {
		t.Errorf("answered %d %q", resp.StatusCode, body)
	}
	if served {
		t.Error("the endpoint was called all the same")
	}
	all := b.events()
	if len(all) != 2 || all[0].Request == nil || all[1].Response == nil || all[1].Re != all[0].ID ||
		all[1].Response.Status != http.StatusRequestEntityTooLarge || !all[0].Request.Truncated {
		t.Fatalf("the log has %+v", all)
	}
	if strings.Contains(all[0].Request.Body, "hunter2") {
		t.Errorf("the password stands in %q", all[0].Request.Body)
	}
	if resp, _ := send(DefaultMaxBody); resp.StatusCode != http.StatusOK || !served {
		t.Errorf("a body of exactly the bound is answered %d", resp.StatusCode)
	}
}

func TestALabThatDoesNotExistIsTheHandlersToAnswer(t *testing.T) {
	b := newBench(t, Route{Serve: func(http.ResponseWriter, *http.Request, *lab.Handling) { t.Error("the endpoint is called") }})
	nobody := uuid.New()
	for _, id := range []string{nobody.String(), "no-id", "%00", strings.Repeat("a", 4000), b.lab.ID.String() + "0"} {
		r, err := http.NewRequestWithContext(t.Context(), "POST", b.url+"/"+id+"/token", strings.NewReader("a=b"))
		if err != nil {
			t.Fatal(err)
		}
		if resp, body := b.do(r); resp.StatusCode != http.StatusTeapot || !strings.Contains(body, "nobody lives here") {
			t.Errorf("%.50s is answered %d %q", id, resp.StatusCode, body)
		}
	}
	if all := eventsOf(t, b.labs.Store, nobody, 0); len(all) != 0 {
		t.Errorf("a lab that does not exist has the log %+v", all)
	}
	if all := b.events(); len(all) != 0 {
		t.Errorf("the lab beside has the log %+v", all)
	}
}

func TestAStoreThatDoesNotAnswerIsSaidSo(t *testing.T) {
	b := newBench(t, Route{Serve: func(http.ResponseWriter, *http.Request, *lab.Handling) { t.Error("the endpoint is called") }})
	if err := b.labs.Store.Close(); err != nil {
		t.Fatal(err)
	}
	resp, body := b.do(b.request("POST", "/token", strings.NewReader("a=b")))
	if resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "store") {
		t.Errorf("answered %d %q", resp.StatusCode, body)
	}
	if strings.Contains(body, "closed") {
		t.Errorf("the answer tells strangers the cause: %q", body)
	}
}

// An answer that cannot be told is not sent: the log would not show why.
func TestAnAnswerThatCannotBeRecordedIsNotSent(t *testing.T) {
	var b *bench
	b = newBench(t, Route{Serve: func(w http.ResponseWriter, _ *http.Request, _ *lab.Handling) {
		w.Header().Set("X-Token", "secret")
		io.WriteString(w, "secret") //nolint:errcheck // a buffer
		if err := b.labs.Store.Close(); err != nil {
			t.Error(err)
		}
	}})
	resp, body := b.do(b.request("POST", "/token", nil))
	if resp.StatusCode != http.StatusServiceUnavailable || strings.Contains(body, "secret") || resp.Header.Get("X-Token") != "" {
		t.Errorf("answered %d %q %v", resp.StatusCode, body, resp.Header)
	}
}

// A request that is under way when the process ends has done its work: an empty
// 200 would tell its caller that there was nothing to say.
func TestARequestUnderWayIsNotAnsweredWithNothing(t *testing.T) {
	b := newBench(t, Route{Serve: fine})
	base, end := context.WithCancel(context.WithoutCancel(t.Context()))
	defer end()
	recorder := &Recorder{Labs: b.labs, Party: event.Auth, Origin: authOrigin, InternalSenders: b.senders, Log: slog.New(slog.DiscardHandler)}
	mux := http.NewServeMux()
	mux.Handle("/{lab}/", recorder.Handle(Route{Serve: func(w http.ResponseWriter, r *http.Request, turn *lab.Handling) {
		fine(w, r, turn)
		end() // as the program does before it waits for its servers
	}}))
	server := httptest.NewUnstartedServer(mux)
	server.Config.BaseContext = func(net.Listener) context.Context { return base }
	server.Start()
	defer server.Close()
	b.url = server.URL
	if resp, body := b.do(b.request("POST", "/token", nil)); resp.StatusCode == http.StatusOK && body != "fine" {
		t.Errorf("answered %d %q", resp.StatusCode, body)
	}
}
