package authserver

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// presses sends the login form once more, from a browser that has or has not the cookie
// that the first answer brought.
func (b *bench) presses(kept, user string, cookie bool) reply {
	b.Helper()
	if cookie {
		return b.login(kept, user)
	}
	jar := b.browser.Jar
	b.browser.Jar = nil
	defer func() { b.browser.Jar = jar }()
	return b.login(kept, user)
}

// A double click: the browser drops the answer to the first request. All get the same one.
func TestOf32PressesAtOnceOneIssuesACode(t *testing.T) {
	b := newBench(t)
	kept := b.keptAt(b.authorize())
	var wg sync.WaitGroup
	locations, cookies := make([]string, 32), make([]string, 32)
	for i := range locations {
		wg.Go(func() {
			alone := &http.Client{CheckRedirect: b.browser.CheckRedirect}
			resp, err := alone.PostForm(b.url+"/login", url.Values{"request": {kept}, "pick": {"alice"}})
			if err != nil {
				t.Error(err)
				return
			}
			resp.Body.Close()
			locations[i], cookies[i] = resp.Header.Get("Location"), resp.Header.Get("Set-Cookie")
		})
	}
	wg.Wait()
	for i := range locations {
		if locations[i] != locations[0] || cookies[i] != cookies[0] || !strings.Contains(locations[i], "code=") {
			t.Errorf("press %d leads to %q with %q, the first to %q with %q", i, locations[i], cookies[i], locations[0], cookies[0])
		}
	}
	if s := b.state(); len(s.Codes) != 1 || len(s.Sessions) != 1 {
		t.Errorf("%d codes were issued and %d sessions begun, want one", len(s.Codes), len(s.Sessions))
	}
}

// Whatever a browser does with a login that is over, there is a way on, and no second code.
func TestASecondPressIsNoDeadEnd(t *testing.T) {
	const worked, again = "This sign-in worked", "Send the answer to the client again"
	start := func(t *testing.T) (b *bench, kept string, first reply) {
		b = newBench(t)
		kept = b.keptAt(b.authorize())
		return b, kept, b.login(kept, "alice")
	}
	page := func(b *bench, kept string) reply { return b.get(b.url + "/login?request=" + kept) }
	tests := map[string]func(t *testing.T, b *bench, kept string, first reply){
		"the answer was lost": func(t *testing.T, b *bench, kept string, first reply) {
			if r := b.presses(kept, "alice", false); r.status != http.StatusSeeOther || r.location.String() != first.location.String() ||
				r.header.Get("Set-Cookie") != first.header.Get("Set-Cookie") {
				t.Errorf("answer %d to %v, want the first one: %v", r.status, r.location, first.location)
			}
		},
		"the answer was lost, and she reloads": func(t *testing.T, b *bench, kept string, first reply) {
			b.browser.Jar = nil
			page(b, kept).wantShown(t, http.StatusOK, "Sign in as Alice")
			if r := b.login(kept, "alice"); r.location == nil || r.location.String() != first.location.String() {
				t.Errorf("answer %d to %v", r.status, r.location)
			}
		},
		"back, and again": func(t *testing.T, b *bench, kept string, first reply) {
			for _, r := range []reply{page(b, kept), b.presses(kept, "alice", true)} {
				r.wantShown(t, http.StatusOK, worked)
				r.wantShown(t, http.StatusOK, again)
				r.wantShown(t, http.StatusOK, first.location.Query().Get("code"))
				r.wantShown(t, http.StatusOK, b.lab.Origins[event.Lab]+"/v03")
			}
		},
		"back, when the code was redeemed": func(t *testing.T, b *bench, kept string, first reply) {
			b.redeem(first.location.Query().Get("code"))
			for _, r := range []reply{page(b, kept), b.presses(kept, "alice", true), b.presses(kept, "alice", false)} {
				r.wantShown(t, http.StatusOK, worked)
				if strings.Contains(r.body, again) {
					t.Error("the spent code is offered again")
				}
			}
		},
		"as somebody else": func(t *testing.T, b *bench, kept string, _ reply) {
			for _, cookie := range []bool{true, false} {
				r := b.presses(kept, "bob", cookie)
				r.wantShown(t, http.StatusOK, "Somebody else has signed in here")
				if r.header.Get("Set-Cookie") != "" {
					t.Error("and yet a session was given")
				}
			}
			if r := b.presses(kept, "bob", false); strings.Contains(r.body, "code=") {
				t.Error("Bob is shown Alice's code")
			}
		},
		"when everybody was signed out": func(t *testing.T, b *bench, kept string, _ reply) {
			b.signOut()
			b.presses(kept, "alice", false).wantShown(t, http.StatusOK, worked)
		},
		"long afterwards": func(t *testing.T, b *bench, kept string, _ reply) {
			b.later(sessionLife)
			b.presses(kept, "alice", false).wantShown(t, http.StatusOK, worked)
			page(b, kept).wantShown(t, http.StatusOK, worked)
		},
	}
	for name, do := range tests {
		t.Run(name, func(t *testing.T) {
			b, kept, first := start(t)
			do(t, b, kept, first)
			if s := b.state(); len(s.Codes) != 1 {
				t.Errorf("%d codes were issued, want one", len(s.Codes))
			}
		})
	}
	t.Run("an error", func(t *testing.T) {
		b := newBench(t)
		kept := b.keptAt(b.authorize("response_type", "nonsense"))
		first := b.login(kept, "alice")
		if r := b.presses(kept, "alice", false); r.location == nil || r.location.String() != first.location.String() {
			t.Errorf("answer %d to %v, want the first one: %v", r.status, r.location, first.location)
		}
		b.presses(kept, "alice", true).wantShown(t, http.StatusOK, worked)
	})
	t.Run("a request that was lost", func(t *testing.T) {
		b := newBench(t)
		b.off(guard.IDResume)
		kept := b.keptAt(b.authorize())
		for _, r := range []reply{b.login(kept, "alice"), b.presses(kept, "alice", false), b.presses(kept, "alice", true), page(b, kept)} {
			r.wantShown(t, http.StatusOK, "You are signed in")
		}
	})
}

// Why nothing waits is told as it is.
func TestWhyNothingWaits(t *testing.T) {
	b := newBench(t)
	other, _, err := b.labs.Create(t.Context(), "v03")
	if err != nil {
		t.Fatal(err)
	}
	theirs := b.keptAt(b.get(other.Issuer() + "/authorize?" + b.request().Encode()))
	first, answered := b.keptAt(b.authorize()), b.keptAt(b.authorize())
	b.presses(answered, "alice", false)
	for range maxKeptPending {
		b.keptAt(b.authorize())
	}
	last := b.keptAt(b.authorize())
	says := func(kept, want string) {
		t.Helper()
		b.get(b.url+"/login?request="+kept).wantShown(t, http.StatusBadRequest, want)
		b.presses(kept, "alice", false).wantShown(t, http.StatusBadRequest, want)
	}
	says(first, "This server has forgotten the authorization request.")
	says(theirs, "No authorization request waits for this login.")
	says("nonsense", "No authorization request waits for this login.")
	says("", "No authorization request waits for this login.")
	b.presses(answered, "bob", false).wantShown(t, http.StatusOK, "Somebody else has signed in here")
	b.later(keptForLogin + time.Second)
	says(last, "This sign-in page is older than 15 minutes of the lab&#39;s time.")
	says(first, "This server has forgotten the authorization request.")
}

// The flow of a second press is that of the first.
func TestASecondPressBelongsToItsFlow(t *testing.T) {
	b := newBench(t)
	kept := b.keptAt(b.authorize())
	b.login(kept, "alice")
	b.login(kept, "alice")
	var flows []string
	for _, e := range b.events() {
		if e.Request != nil && strings.HasSuffix(e.Request.URL, "/login") {
			flows = append(flows, e.Flow)
		}
	}
	if len(flows) != 2 || flows[0] == "" || len(slices.Compact(flows)) != 1 {
		t.Errorf("the presses belong to the flows %q", flows)
	}
}
