package ui

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"oauthlab/app/client"
	"oauthlab/app/lab"
	"oauthlab/lessons/guard"
)

func TestErrorsBecomeSentences(t *testing.T) {
	tests := map[string]struct {
		err  error
		want string
	}{
		"the client refused":   {fmt.Errorf("x: %w", &client.Refusal{Guard: guard.IDState, Reason: "the callback has no state"}), "The client refused the answer. State match: the callback has no state."},
		"the token endpoint":   {&client.TokenError{Code: "invalid_grant", Description: "Too late."}, "The token endpoint refused: invalid_grant: Too late."},
		"the server takes too": {context.DeadlineExceeded, "The server takes too long to answer. Try again in a moment."},
		"the lab's API":        {fmt.Errorf("x: %w", &lab.Error{Status: 404, Description: "There is no such attack.", Hint: "See /api/attacks."}), "There is no such attack. See /api/attacks."},
		"nobody answers":       {errors.New("PATCH /api/labs/x: fetch: Failed to fetch"), "The server cannot be reached. Try again when it is back."},
		"anything else":        {errors.New("the answer has no id"), "The answer has no id."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := explain(tt.err); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestOffsets(t *testing.T) {
	for seconds, want := range map[int64]string{10: "+10 s", 3600: "+1:00 h", 5430: "+1:30 h", -3600: "−1:00 h"} {
		if got := offsetText(seconds); got != want {
			t.Errorf("%d seconds are %q, want %q", seconds, got, want)
		}
	}
}

func TestSectionsHaveAddresses(t *testing.T) {
	for section, want := range map[string]string{
		"RFC 7636 §4.2":       "https://www.rfc-editor.org/rfc/rfc7636#section-4.2",
		"RFC 7636 appendix B": "https://www.rfc-editor.org/rfc/rfc7636",
		"OAuth 2.1 §4":        "",
	} {
		if got := sectionURL(section); got != want {
			t.Errorf("%s is at %q, want %q", section, got, want)
		}
	}
}

func TestNeighboursAreBesideEachOther(t *testing.T) {
	c := Content{Chapters: []ChapterLink{{ID: "v02"}, {ID: "v03", Path: "/v03-pkce"}, {ID: "v04"}}}
	c.Chapter.ID = "v03"
	if before, after := c.neighbours(); before.ID != "v02" || after.ID != "v04" {
		t.Errorf("neighbours %+v, %+v", before, after)
	}
}

func TestStandingOfPartsAndHabits(t *testing.T) {
	tests := map[string]struct {
		off      []guard.ID
		on, safe bool
	}{
		"whole":        {nil, true, true},
		"a habit":      {[]guard.ID{guard.IDPKCEMethod}, true, false},
		"a guard":      {[]guard.ID{guard.IDPKCE}, false, false},
		"a strictness": {[]guard.ID{guard.IDPKCERequired}, false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, ok := find(standings(labWith(tt.off...), "v03"), "pkce")
			if !ok || s.On != tt.on || s.Safe != tt.safe {
				t.Errorf("%+v", s)
			}
		})
	}
}
