package session

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"oauthlab/app/client"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

func TestErrorsBecomeSentences(t *testing.T) {
	tests := map[string]struct {
		err  error
		want string
	}{
		"the client refused":   {fmt.Errorf("x: %w", &guard.Refusal{Guard: guard.IDState, Reason: "the callback has no state"}), "The client refused the answer. State match: the callback has no state."},
		"the token endpoint":   {&client.TokenError{Code: "invalid_grant", Description: "Too late."}, "The token endpoint refused: invalid_grant: Too late."},
		"the server takes too": {context.DeadlineExceeded, "The server takes too long to answer. Try again in a moment."},
		"the lab's API":        {fmt.Errorf("x: %w", &api.Refusal{Status: 404, Description: "There is no such attack.", Hint: "See /api/attacks."}), "There is no such attack. See /api/attacks."},
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
		if got := OffsetText(seconds); got != want {
			t.Errorf("%d seconds are %q, want %q", seconds, got, want)
		}
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
			s, ok := FindStatus(Statuses(uitest.LabWith(tt.off...), "v03"), "pkce")
			if !ok || s.On != tt.on || s.Safe != tt.safe {
				t.Errorf("%+v", s)
			}
		})
	}
}
