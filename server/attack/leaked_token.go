package attack

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/resourceserver"
)

// expiredToken: a request of Alice's client stands in a log, whole, and is found when its
// token should be good for nothing any more (RFC 6750 §5.3).
func expiredToken() Attack {
	return Attack{
		ID:      "expired-token",
		Title:   "A token found later",
		Story:   "Alice's client asks the API, and a log of whole requests keeps the token. Mallory finds it an hour later.",
		Chapter: "v04", StoppedBy: []guard.ID{guard.IDTokenExpiry},
		Loss:     "Mallory has read Alice's photos and notes.",
		Sections: []string{"RFC 6750 §5.3"},
		Run: func(ctx context.Context, s *Scene) error {
			token, err := s.signedInToken(ctx)
			if err != nil || token == "" {
				return err
			}
			if err := s.leakFields(ctx, event.Proxy, "a log of whole requests has the one to the API", event.Field{Name: "access_token", Value: token}); err != nil {
				return err
			}
			if err := s.wait(ctx, 61*time.Minute); err != nil {
				return err
			}
			return s.use(ctx, token)
		},
		Harm: malloryRead("alice", things),
	}
}

// tokenInURL: a client puts its token into the address, and addresses are logged (RFC 9700
// §4.3.2, RFC 6750 §2.3). That the API refuses such a request comes too late.
func tokenInURL() Attack {
	return Attack{
		ID:       "token-in-url",
		Title:    "A token in the address",
		Story:    "Alice's client sends its token in the query. A proxy logs the address, and Mallory reads the log.",
		Chapter:  "v04",
		Given:    map[guard.ID]string{guard.IDTokenPlace: guard.Query},
		Loss:     "Mallory has read Alice's photos and notes.",
		Sections: []string{"RFC 9700 §4.3.2", "RFC 6750 §2.3"},
		Run: func(ctx context.Context, s *Scene) error {
			if _, err := s.signedInToken(ctx); err != nil {
				return err
			}
			address, token := loggedAddress(s.Alice.Sent)
			if token == "" {
				return nil
			}
			if err := s.leakFields(ctx, event.Proxy, "a careless proxy logs the address with the token in it", event.Field{Name: "url", Value: address}, event.Field{Name: "access_token", Value: token}); err != nil {
				return err
			}
			return s.use(ctx, token)
		},
		Harm: malloryRead("alice", things),
	}
}

// loggedAddress returns the first address with a token in it, and that token.
func loggedAddress(sent []client.Request) (address, token string) {
	for _, r := range sent {
		if token := parameter(r.URL, "access_token"); token != "" {
			return r.URL, token
		}
	}
	return "", ""
}

// tokenInLog: the API's own log keeps the header of each request, and somebody reads it
// (RFC 9700 §4.9.2).
func tokenInLog() Attack {
	return Attack{
		ID:       "token-in-log",
		Title:    "A token in the API's log",
		Story:    "The API logs each request with its headers. Mallory gets to see the log, and takes the token out of it.",
		Chapter:  "v04",
		Given:    map[guard.ID]string{guard.IDLogRedaction: guard.Whole},
		Loss:     "Mallory has read Alice's photos and notes.",
		Sections: []string{"RFC 9700 §4.9.2"},
		Run: func(ctx context.Context, s *Scene) error {
			if _, err := s.signedInToken(ctx); err != nil {
				return err
			}
			token, err := s.readLog(ctx)
			if err != nil {
				return err
			}
			if token == "" {
				return s.leakFields(ctx, event.API, "the API's log says that there was a token, and not which")
			}
			if err := s.leakFields(ctx, event.API, "the API's log has the token", event.Field{Name: "access_token", Value: token}); err != nil {
				return err
			}
			return s.use(ctx, token)
		},
		Harm: malloryRead("alice", things),
	}
}

// signedInToken has Alice sign in and her client ask the API, and returns the token that
// the client has then: "" where it has none.
func (s *Scene) signedInToken(ctx context.Context) (string, error) {
	callback, err := s.Alice.SignIn(ctx)
	if err != nil {
		return "", err
	}
	if err := s.Alice.Finish(ctx, callback); err != nil {
		return "", fmt.Errorf("finish the login: %w", err)
	}
	if n := len(s.Alice.Tokens); n > 0 {
		return s.Alice.Tokens[n-1], nil
	}
	return "", nil
}

// readLog returns the last token that stands in the API's own log, or "".
func (s *Scene) readLog(ctx context.Context) (string, error) {
	api, err := resourceserver.Document{Store: s.labs.Store}.State(ctx, s.Lab)
	if err != nil {
		return "", err
	}
	for _, line := range slices.Backward(api.Log) {
		if token, has := strings.CutPrefix(line.Token, "Bearer "); has {
			return token, nil
		}
	}
	return "", nil
}
