package site

import (
	"regexp"
	"testing"
)

// What is on is said to be on, before the program runs and where it never does.
func TestPagesSpellOutTheirStates(t *testing.T) {
	_, body := ask(t, origin, "GET", "/v03-pkce")
	if !regexp.MustCompile(`<button[^>]* aria-checked="true"[^>]*>`).MatchString(body) {
		t.Error("no switch of the page is on")
	}
	if short := regexp.MustCompile(`<[a-z]+[^>]* aria-[a-z]+[ >]`).FindString(body); short != "" {
		t.Errorf("a state has no value: %s", short)
	}
}
