package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// apiDocument is what the API knows about a lab.
type apiDocument struct {
	Notes []struct{ Owner, Text string }
}

// What the API keeps is seen in the client: Alice reads it, writes a note, and signs out.
// The page, the API's record and the web app, which is another client, say the same.
func TestTheClientShowsWhatTheAPIKeeps(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v04-protected-api")
	b.signIn()
	b.says("alice@example.com")
	b.says("The key is under the third flowerpot.")
	b.shoot("account")

	const note = `<b onclick="x()">Buy milk</b>`
	b.do("write a note", chromedp.SendKeys(chromedp.CSS("#client-note"), note))
	b.press("button", "Write")
	b.says(note)
	if notes := apiStateOf(t, p, b).Notes; len(notes) == 0 || notes[len(notes)-1].Text != note || notes[len(notes)-1].Owner != "alice" {
		t.Errorf("the API keeps %+v", notes)
	}

	b.press("button", "Open the web app")
	b.pressInFrame("#alice", "Sign in at the authorization server")
	b.pressInFrame("#alice", "Sign in as Bob")
	b.saysInFrame("The new bicycle")
	b.shoot("webapp")
	b.pressInFrame("#alice", "Ask the API again")
	b.saysInFrame("Dentist, Thursday at nine.")
	b.pressInFrame("#alice", "Sign out of the web app")
	b.saysInFrame("It keeps a secret, and your tokens stay with it.")

	b.open(p.lab + "/v04-protected-api") // the client has kept its token
	b.says(note)
	b.press("button", "Sign out of the client")
	b.says("The client has forgotten its token.")
}

func apiStateOf(t *testing.T, p *program, b *tab) apiDocument {
	t.Helper()
	l := b.labOf(p)
	status, body := call(t, http.MethodGet, p.path(l, "/state"), l.Key, "")
	var all struct{ API apiDocument }
	if err := json.Unmarshal([]byte(body), &all); err != nil || status != http.StatusOK {
		t.Fatalf("the state is answered %d %s (%v)", status, body, err)
	}
	return all.API
}

// A token that is too old is renewed without Alice, and her page says so; two tabs that ask
// at once renew once.
func TestTheClientRenewsItsToken(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.forgive("the server responded with a status of 401") // which is why it renews
	b.open(p.lab + "/v05-refresh-tokens")
	b.atRest()
	l := b.labOf(p)
	change := func(body string) {
		t.Helper()
		if status, answer := call(t, http.MethodPatch, p.path(l, ""), l.Key, body); status != http.StatusOK {
			t.Fatalf("%s is answered %d %s", body, status, answer)
		}
	}
	// A token of ten seconds would be over again on a slow machine.
	change(`{"settings":{"token-expiry.lifetime":"1h"},"guards":{"refresh-lifetime.idle":false}}`)
	b.signIn()
	b.says("for the code of the sign-in")
	another := openTabBeside(t, b)
	another.forgive("the server responded with a status of 401")
	another.open(p.lab + "/v05-refresh-tokens")
	another.says("for the code of the sign-in")

	change(`{"clock_offset_seconds":3601}`)
	another.press("button", "Ask the API again")
	b.toFront()
	b.press("button", "Ask the API again")
	b.says("for a refresh token: Alice did nothing")
	another.says("for a refresh token: Alice did nothing")
	b.shoot("renewed")

	renewals := 0
	for _, e := range p.events(t, l) {
		if e.Request != nil && strings.HasSuffix(e.Request.URL, "/token") && strings.Contains(e.Request.Body, "grant_type=refresh_token") && e.Request.Method == http.MethodPost {
			renewals++
		}
	}
	if renewals != 1 {
		t.Errorf("two tabs renewed %d times", renewals)
	}
}
