//go:build !js

package panel

import (
	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// Stories are those of the switches and the attacks.
func Stories() []widget.Story {
	pkce, _ := guard.Find("pkce")
	off := guard.Switches{guard.IDPKCE: "off", guard.IDPKCERequired: "off", guard.IDPKCEPlain: "off", guard.IDPKCEDowngrade: "off"}
	many := guard.Part{ID: "many", Kind: guard.Habit, Values: []string{"none", "wrong-iss", "wrong-aud", "unsigned", "expired", "replayed", "slow"}}
	needs := api.Attack{ID: "b", Title: "Codes are read along", Story: "Mallory reads the log.", Sections: []string{"RFC 7636 §1"}, Given: map[string]string{string(guard.IDPKCEMethod): guard.Plain}}
	attack := api.Attack{ID: "a", Title: "Intercepted code redeemed", Story: "Mallory reads the log.", Sections: []string{"RFC 7636 §1"}}
	return []widget.Story{
		{Name: "protection, on", UI: tag.Ul().Body(&protection{Status: storyOf(pkce, nil), Ready: true})},
		{Name: "protection, off", UI: tag.Ul().Body(&protection{Status: storyOf(pkce, off), Ready: true, Here: true})},
		{Name: "a habit of many values", UI: &habit{Name: "Server: fault", Part: many, Value: "none", Ready: true}},
		{Name: "a habit of many values, changed", UI: &habit{Name: "Server: fault, changed", Part: many, Value: "replayed", Ready: true}},
		{Name: "attack, not tried", UI: tag.Ul().Body(&attackCard{Attack: attack, Ready: true})},
		{Name: "attack, needs something", UI: tag.Ul().Body(&attackCard{Attack: needs, Ready: true})},
		{Name: "attack, has what it needs", UI: tag.Ul().Body(&attackCard{Attack: needs, Set: true, Ready: true})},
		{Name: "attack, got in", UI: tag.Ul().Body(&attackCard{Attack: attack, Tried: true, End: timeline.AttackEnd{Attack: "a", Won: true}, Ready: true})},
		{Name: "attack, stopped", UI: tag.Ul().Body(&attackCard{Attack: attack, Tried: true, End: timeline.AttackEnd{Attack: "a"}, Ready: true})},
	}
}

// storyOf is how a protection stands in a lab that is switched so.
func storyOf(p guard.Protection, s guard.Switches) session.ProtectionStatus {
	in := api.Protection{On: s.ProtectionOn(p), Parts: map[string]any{}}
	for _, part := range p.Parts {
		in.Parts[string(part.ID)] = s.Setting(part)
	}
	return session.Statuses(api.Lab{Version: p.Chapter, Protections: map[string]api.Protection{p.ID: in}}, "")[0]
}
