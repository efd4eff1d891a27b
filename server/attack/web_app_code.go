package attack

import (
	"context"
	"encoding/base64"
	"net/url"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
)

// webAppCode: a code for a confidential client is redeemed in its name (RFC 6749 §10.2). The
// client's id is public; what tells it from Mallory is its secret.
func webAppCode() Attack {
	return Attack{
		ID:      "web-app-code",
		Title:   "Redeemed in the web app's name",
		Story:   "Alice signs in to the web app, and her browser crashes on the way back. A proxy has logged the address with the code, and Mallory redeems it as the web app.",
		Chapter: "v04", StoppedBy: []guard.ID{guard.IDClientSecret, guard.IDPKCE},
		Loss:     "Mallory holds Alice's token.",
		Sections: []string{"RFC 6749 §10.2", "RFC 6749 §3.2.1"},
		Run: func(ctx context.Context, s *Scene) error {
			code, err := s.stolenWebAppCode(ctx)
			if err != nil || code == "" {
				return err
			}
			token, err := s.redeemAlone(ctx, url.Values{
				"redirect_uri": {s.Lab.Origins.WebCallback(s.Lab.ID)}, "code": {code}, "code_verifier": {guess},
			}, event.Field{Name: "Authorization", Value: "Basic " + base64.StdEncoding.EncodeToString([]byte(authserver.ClientWeb+":mallory-makes-up-a-secret"))})
			if err != nil || token == "" {
				return err
			}
			return s.use(ctx, token)
		},
		Harm: malloryHolds("alice"),
	}
}
