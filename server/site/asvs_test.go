package site

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"oauthlab/app/ui/page"
)

// element returns the element of a page with the id.
func element(t *testing.T, shown, id string) *html.Node {
	t.Helper()
	for n := range parse(t, shown).Descendants() {
		if attribute(n, "id") == id {
			return n
		}
	}
	t.Fatalf("there is no #%s", id)
	return nil
}

// Each number says where the lab has to do with it, or in which chapter it will.
func TestWhereANumberOfASVSIs(t *testing.T) {
	resp, shown := ask(t, origin, "GET", asvsPath)
	if resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
	taught := element(t, shown, "10-4-6")
	for _, want := range []string{
		"10.4.6 No code without PKCE, and never plain", "Taught v03 PKCE and the token endpoint", "Switched PKCE",
		"Intercepted code redeemed", "Tested in your app v03 : The server gives no code without an S256 challenge",
	} {
		if got := words(taught); !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
	links := strings.Join(hrefs(taught), " ")
	for _, want := range []string{"/v03-pkce", "/reference#protection-pkce", "/reference#attack-intercepted-code"} {
		if !strings.Contains(links, want) {
			t.Errorf("it leads to %s, not to %s", links, want)
		}
	}
	_, reference := ask(t, origin, "GET", referencePath)
	if links := strings.Join(hrefs(element(t, reference, "protection-pkce")), " "); !strings.Contains(links, "/asvs#10-4-6") {
		t.Errorf("the protection leads to %s, not to its number", links)
	}
	toCome := words(element(t, shown, "10-7-1"))
	if !strings.Contains(toCome, "To come v11 Consent, scopes and policies") || strings.Contains(toCome, "Taught") {
		t.Errorf("what is to come is %q", toCome)
	}
	if lead := words(element(t, shown, "content")); !strings.Contains(lead, "17 of 36 are taught so far") {
		t.Errorf("it begins %.300q", lead)
	}
}

// What to check in an app of one's own stands in the page that the program reads back.
func TestAChapterSaysWhatToCheckInYourApp(t *testing.T) {
	_, shown := ask(t, origin, "GET", "/v03-pkce")
	fold := page.Decode(embedded(t, shown)).InYourApp
	root := parse(t, fold)
	for _, want := range []string{"In your app 3 checks", "Set EnforcePKCE", "VerifierOption to Exchange", "ASVS 10.4.2"} {
		if got := words(root); !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
	if links := strings.Join(hrefs(root), " "); !strings.Contains(links, "/asvs#10-4-6") || !strings.Contains(links, "https://www.rfc-editor.org/rfc/rfc9700#section-2.1.1") {
		t.Errorf("it leads to %s", links)
	}
}
