package timeline

import (
	"strings"
	"testing"

	"oauthlab/lessons/event"
)

// At each position Alice's browser shows the page that it got last, and nothing of what
// is not hers.
func TestWhatAlicesBrowserShows(t *testing.T) {
	upTo := func(n int, story func(*recording)) []event.Event { return record(story)[:n] }
	signIn := func(r *recording) { r.signIn("f1") }
	gaveUp := func(r *recording) {
		r.note(event.Client, "", event.NoteFlowFailed, fields("error", "state.compare: it is another's"))
	}
	curl := func(r *recording) { // the rule for requests that say nothing of themselves
		r.flow = "f7"
		q := r.request(event.Browser, "GET", as+"/authorize?"+query+"&again=1", "")
		r.response(q, event.Browser, 303, fields("Location", as+"/login?request=q7"), "")
		q = r.request(event.Browser, "GET", as+"/login?request=q7", "")
		r.response(q, event.Browser, 200, fields("Content-Type", "text/html"), "<!doctype html>Another")
	}
	atMallory := func(r *recording) {
		r.flow = ""
		r.note(event.Lab, "", event.NoteAttackBegins, fields("attack", "code-to-mallory"))
		r.note(event.Mallory, event.Browser, event.NoteMail, fields("url", "http://127.0.0.1:8083/x/"))
		q := r.request(event.Browser, "GET", "http://127.0.0.1:8083/x/", "")
		r.response(q, event.Browser, 200, fields("Content-Type", "text/html"), "<!doctype html>Thank you")
		r.note(event.Lab, "", event.NoteAttackEnds, fields("attack", "code-to-mallory", "outcome", "succeeded"))
	}
	mailOpened := func(r *recording) {
		r.flow = ""
		r.note(event.Lab, "", event.NoteBaitBegins, fields("attack", "code-to-mallory"))
		r.note(event.Mallory, event.Browser, event.NoteMail, fields("url", as+"/authorize?lure"))
		r.note(event.Lab, "", event.NoteBaitEnds, fields("attack", "code-to-mallory"))
		q := r.request(event.Browser, "GET", as+"/authorize?lure", "")
		r.response(q, event.Browser, 400, fields("Content-Type", "text/html"), "<!doctype html>stops here")
	}
	malloryCallsBack := func(r *recording) {
		r.note(event.Mallory, event.Client, event.NoteCallback, fields("url", callback+"&hers"))
		r.note(event.Client, "", event.NoteTokens, fields("access_token", "mallorys"))
	}
	twice := func(r *recording) { // a double click: two forms, two answers
		signIn(r)
		r.events = r.events[:8]
		first := r.request(event.Browser, "POST", as+"/login", "pick=alice&request=q1")
		second := r.request(event.Browser, "POST", as+"/login", "pick=alice&request=q1")
		r.response(first, event.Browser, 303, fields("Location", callback), "")
		r.response(second, event.Browser, 200, fields("Content-Type", "text/html"), "<!doctype html>Signed in already")
	}
	goesTo := func(chapter string) func(*recording) {
		return func(r *recording) {
			r.flow = ""
			r.change(event.Lab, "chapter", "switched", "", event.ChangeField{Name: "chapter", From: "v03", To: chapter})
		}
	}

	tests := map[string]struct {
		events  []event.Event
		page    Page
		address string
		says    string // by the server's page or by the client's
		played  bool
	}{
		"nothing yet":                             {nil, PageNone, "", "", false},
		"the client opened the server":            {upTo(3, signIn), PageNone, as + "/authorize?" + query, "", false},
		"redirected to the login page":            {upTo(6, signIn), PageNone, as + "/login?request=q1", "", false},
		"at the login page":                       {upTo(8, signIn), PageAnswer, as + "/login?request=q1", "<!doctype html>", false},
		"the form is sent":                        {upTo(9, signIn), PageNone, as + "/login", "", false},
		"redirected to the client":                {upTo(12, signIn), PageNone, callback, "", false},
		"back at the client":                      {record(signIn), PageClient, callback, "", false},
		"the client has a token":                  {record(aRun), PageClient, callback, "mF_9…", false},
		"the client gave up":                      {record(signIn, gaveUp), PageClient, callback, "State: it is another's", false},
		"the next run begins with nothing":        {append(record(aRun), record(aRun, begun)[len(record(aRun)):][:1]...), PageNone, as + "/authorize?" + query, "", false},
		"a request of curl is not hers":           {record(aRun, curl), PageClient, callback, "mF_9…", false},
		"nor is one before any run":               {record(curl), PageNone, "", "", false},
		"in an attack, what the lab's Alice got":  {record(aRun, atMallory), PageAnswer, "http://127.0.0.1:8083/x/", "Thank you", true},
		"an attack begins with nothing":           {record(aRun, atMallory)[:len(record(aRun))+1], PageNone, "", "", true},
		"the client in an attack":                 {record(won), PageClient, callback, "", true},
		"the learner's run after an attack":       {record(atMallory, aRun), PageClient, callback, "mF_9…", false},
		"a mail lies there unopened":              {record(aRun, mailOpened)[:len(record(aRun))+3], PageClient, callback, "mF_9…", false},
		"the learner opened the mail":             {record(aRun, mailOpened), PageAnswer, as + "/authorize?lure", "stops here", false},
		"what Mallory brings the client":          {record(atMallory, malloryCallsBack), PageAnswer, "http://127.0.0.1:8083/x/", "Thank you", true},
		"a form sent twice shows the last answer": {record(twice), PageAnswer, as + "/login", "Signed in already", false},
		"the lab went to another chapter":         {record(aRun, goesTo("v01")), PageNone, "", "", false},
		"a reset":                                 {record(aRun, reset), PageNone, "", "", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := Reduce(tt.events).Alice
			says := got.HTML + got.Login.Code + got.Login.Token + got.Login.Failed
			if got.Page != tt.page || got.Address.URL != tt.address || got.Played != tt.played || !strings.Contains(says, tt.says) || tt.says == "" && says != "" {
				t.Errorf("%q at %s, says %q, played %v; want %q at %s, %q, %v", got.Page, got.Address.URL, says, got.Played, tt.page, tt.address, tt.says, tt.played)
			}
		})
	}
}

// A page that is shown on another origin than its own takes the plain addresses there.
func TestAPageOfAnotherOriginFindsItsStyles(t *testing.T) {
	tests := map[string]struct {
		kind, body, want string
	}{
		"a style sheet by its content": {"text/html; charset=utf-8", `<link href="/web/30b077f1801b7787/css/auth.css">`, `<link href="/web/css/auth.css">`},
		"one by its name":              {"text/html", `<link href="/web/css/auth.css"><a href="/x"><button name="a">`, `<link href="/web/css/auth.css"><a data-to="/x"><button disabled name="a">`},
		"what is no page":              {"application/json", `{"error":"<b>"}`, `<!doctype html><pre>{&#34;error&#34;:&#34;&lt;b&gt;&#34;}</pre>`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := pageOf(&event.Response{Header: fields("Content-Type", tt.kind), Body: tt.body})
			if got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}
