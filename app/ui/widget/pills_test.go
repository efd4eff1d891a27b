package widget

import (
	"slices"
	"testing"

	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

func TestWhatPassedBesidesTheLessonIsCounted(t *testing.T) {
	passed := func(id guard.ID) timeline.Pill {
		return timeline.Pill{At: event.Auth, Guard: string(id), Outcome: event.Passed, Text: timeline.GuardName(string(id))}
	}
	refused := timeline.Pill{At: event.Auth, Guard: string(guard.IDCodeExpiry), Outcome: event.Refused, Text: "code expiry refused"}
	tests := map[string]struct {
		pills []timeline.Pill
		stars []string
		want  []string // texts of the pills shown by name
		count int      // of the others
	}{
		"the star is named":           {[]timeline.Pill{passed(guard.IDCodeSingleUse), passed(guard.IDCodeExpiry), passed(guard.IDPKCE)}, []string{"pkce"}, []string{"PKCE verifier"}, 2},
		"one other is not worth it":   {[]timeline.Pill{passed(guard.IDCodeSingleUse), passed(guard.IDPKCE)}, []string{"pkce"}, []string{"single use", "PKCE verifier"}, 0},
		"a refusal is always named":   {[]timeline.Pill{passed(guard.IDCodeSingleUse), passed(guard.IDPKCE), refused}, []string{"state"}, []string{"code expiry refused"}, 2},
		"without stars all are named": {[]timeline.Pill{passed(guard.IDCodeSingleUse), passed(guard.IDCodeExpiry)}, nil, []string{"single use", "code expiry"}, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			shown, others := SplitPills(tt.pills, tt.stars)
			var got []string
			for _, p := range shown {
				got = append(got, p.Text)
			}
			if !slices.Equal(got, tt.want) || others != tt.count {
				t.Errorf("%q and %d others, want %q and %d", got, others, tt.want, tt.count)
			}
		})
	}
}
