package stage

import (
	"strings"
	"testing"

	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/uitest"
)

func TestAlicesBrowserSaysWhatItShows(t *testing.T) {
	played := func(p timeline.Page, l timeline.Login) timeline.Alice {
		return timeline.Alice{Address: timeline.AddressOf("http://localhost:8080/callback"), Page: p, Login: l, Played: true, HTML: "<!doctype html><title>Mallory&#39;s site</title>"}
	}
	tests := map[string]struct {
		alice Alice
		want  string
	}{
		"nothing yet":                   {Alice{}, "sign-in page opens here"},
		"nothing of the web app's yet":  {Alice{WebApp: true}, "the web app sends Alice&#39;s browser to the authorization server"},
		"the web app's, in another tab": {Alice{WebApp: true, Frame: session.FrameInTab}, "ends there, on the web app&#39;s page"},
		"the web app":                   {Alice{Frame: session.FrameApp}, "a client on a server"},
		"the sign-in page on its way": {Alice{Frame: session.FrameApp, Shows: timeline.Alice{Address: timeline.AddressOf("http://localhost:8081/login?request=q"), Page: timeline.PageAnswer}},
			"Stands for Alice&#39;s whole browser"},
		"in another tab":        {Alice{Frame: session.FrameInTab}, "goes on in the other tab"},
		"cut":                   {Alice{Frame: session.FrameCut}, "connection was lost"},
		"a code":                {Alice{Frame: session.FrameHere, Login: timeline.Login{Code: "Splx…"}, Shows: timeline.Alice{Page: timeline.PageClient}}, "code=Splx…"},
		"a token":               {Alice{Frame: session.FrameInTab, Login: timeline.Login{Token: "mF_9…"}, Shows: timeline.Alice{Page: timeline.PageClient}}, "access_token=mF_9…"},
		"a refusal":             {Alice{Frame: session.FrameHere, Login: timeline.Login{Failed: "State: it is missing"}, Shows: timeline.Alice{Page: timeline.PageClient}}, "State: it is missing. It signs nobody in."},
		"nothing of a reload":   {Alice{Login: timeline.Login{Token: "mF_9…"}}, "sign-in page opens here"},
		"an attack without her": {Alice{Shows: timeline.Alice{Played: true, Over: true}}, "has no part in this attack"},
		"another page by now":   {Alice{Frame: session.FrameMail, Login: timeline.Login{Token: "mF_9…"}}, "alice is-open"},
		"an attack begins":      {Alice{Shows: timeline.Alice{Played: true}}, "Nothing is open here yet."},
		"on its way":            {Alice{Shows: played(timeline.PageNone, timeline.Login{})}, "No page has come yet"},
		"a server's page":       {Alice{Shows: played(timeline.PageAnswer, timeline.Login{})}, "What Alice's browser got: Mallory's site"},
		"whose it was":          {Alice{Shows: played(timeline.PageAnswer, timeline.Login{})}, "The lab plays Alice"},
		"what the client says":  {Alice{Shows: played(timeline.PageClient, timeline.Login{Failed: "State: it is another's"})}, "State: it is another&#39;s. It signs nobody in."},
		"nor the learner's own, which came before": {Alice{Frame: session.FrameHere, Login: timeline.Login{Token: "mF_9…"},
			Shows: played(timeline.PageClient, timeline.Login{Code: "Malo…"})}, "code=Malo…"},
		"a look back":                {Alice{Replays: true, Shows: timeline.Alice{Page: timeline.PageClient}}, "It reads the answer in the address"},
		"a code that is redeemed":    {Alice{Replays: true, Redeems: true, Shows: timeline.Alice{Page: timeline.PageClient, Login: timeline.Login{Code: "Splx…"}}}, "To redeem it"},
		"one where the chapter ends": {Alice{Replays: true, Shows: timeline.Alice{Page: timeline.PageClient, Login: timeline.Login{Code: "Splx…"}}}, "this chapter&#39;s flow ends"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if page := uitest.HTML(&tt.alice); !strings.Contains(page, tt.want) {
				t.Errorf("%s lacks %q", page, tt.want)
			}
		})
	}
}
