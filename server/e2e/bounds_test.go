package e2e

import "testing"

// Where a learner meets a bound, the page says which, and what to do.
func TestALearnerIsToldOfBounds(t *testing.T) {
	p := startOn(t, t.TempDir(), anyOrigins(),
		"--max-labs", "1", "--max-followers-per-lab", "1")
	first := openTab(t)
	first.open(p.lab + "/v03-pkce")
	first.runTheFlow()

	beside := openTabBeside(t, first)
	beside.open(p.lab + "/v03-pkce")
	beside.says("This lab is open in too many places at once. Close one of the other tabs")
	beside.toFront()
	beside.shoot("bound-followers")

	stranger := openTab(t)
	stranger.open(p.lab + "/v03-pkce")
	stranger.says("The lab could not be opened. There is no room for another lab at the moment.")
	stranger.has("button", "Start again")
	stranger.toFront()
	stranger.shoot("bound-labs")
	stranger.forgive("503 (Service Unavailable)")

	first.toFront()
	first.open(p.auth + "/00000000-0000-0000-0000-000000000000/authorize?client_id=demo-client")
	first.says("No lab answers here")
	first.shoot("bound-expired")
	first.do("go back to the lab", clickOn("a", "Back to the lab"))
	first.says("Break PKCE in one minute")
	first.forgive("404 (Not Found)")
	beside.toFront()
	beside.until(`!document.body.innerText.includes("This lab is open in too many places")`) // there is a seat now
	beside.forgive("WebSocket connection to")
	beside.forgive("429 (Too Many Requests)")
}
