package attack

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// faultyKeys are faults of a server that publishes its keys, see faulty.
func faultyKeys() []Attack {
	return []Attack{
		faultyServer(guard.IDFaultSignature, "hs256-public-key", "v08", guard.IDAlgAllowList, "The public key taken for a secret", "Alice signs in, and the ID token says that it is signed with HS256. The secret is the server's public key, which everybody has.", "The web app believes what anybody can sign.", "RFC 8725 §2.1"),
		faultyServer(guard.IDFaultSignature, "jku", "v08", guard.IDFixedJWKS, "A token that brings its key", "Alice signs in, and the ID token says that its key is on Mallory's site. It is signed with that.", "The web app believes what Mallory has signed.", "RFC 8725 §3.10"),
		faultyServer(guard.IDFaultSignature, "missing-kid", "v08", guard.IDKIDRequired, "No key named, and several there", "Alice signs in, and the ID token does not say which of the server's keys signed it.", "The web app takes any of the server's keys, also one that was made for something else.", "OpenID Connect Core §10.1"),
		unseenKey(), publicKeyAsSecret(), keyFlood(), withdrawnKey(),
	}
}

// unseenKey: a server rotates its keys, and a client that keeps the old list locks its users out
// (OpenID Connect Core §10.1.1).
func unseenKey() Attack {
	return Attack{
		ID:      "unseen-key",
		Title:   "A key that the client has not seen",
		Story:   "Alice signs in to the web app. Then the server gets a new key, as it should from time to time, and she signs in once more. The web app has kept the list of keys.",
		Chapter: "v08",
		Given:   map[guard.ID]string{guard.IDFaultSignature: "rotated", guard.IDUnknownKey: guard.FetchNever},
		Loss:    "Alice cannot sign in until the web app fetches the keys again.", Sections: []string{"OpenID Connect Core §10.1.1"},
		Run: func(ctx context.Context, s *Scene) error {
			if err := s.Alice.SignInToWebApp(ctx); err != nil {
				return err
			}
			return s.Alice.SignInToWebApp(ctx)
		},
		Harm: func(e Evidence) bool { return len(e.refusedAtWebApp()) > 0 },
	}
}

// refusedAtWebApp says that the web app did not take the answer to Alice's sign-in.
func (e Evidence) refusedAtWebApp() (lost []string) {
	hers := map[string]bool{}
	for _, one := range e.Events {
		switch {
		case one.Flow == "":
		case one.Request != nil && one.From == event.Browser && one.To == event.Webapp:
			hers[one.Flow] = true
		case one.Note != nil && one.Note.Name == event.NoteFlowFailed && one.From == event.Webapp && hers[one.Flow]:
			lost = append(lost, "Her sign-in: the web app did not take the answer. She has to sign in again.")
		}
	}
	return lost
}

// publicKeyAsSecret: the same at an API, and Mallory needs no server for it (RFC 8725 §2.1).
func publicKeyAsSecret() Attack {
	return Attack{
		ID:      "public-key-as-secret",
		Title:   "A token signed with the public key",
		Story:   "The API reads tokens by itself. Mallory writes one that says Alice and HS256, and signs it with the server's public key as the secret: an API that asks the token how to check it does the same sum.",
		Chapter: "v08", Given: readsTokens(), StoppedBy: []guard.ID{guard.IDJWTAlg},
		Loss:     "Mallory has read Alice's photos and notes.",
		Sections: []string{"RFC 8725 §2.1", "RFC 8725 §3.1"},
		Run:      func(ctx context.Context, s *Scene) error { return s.usePublicKey(ctx) },
		Harm:     malloryRead("alice", things),
	}
}

// keyFlood: each token with a key that nobody has seen makes the API ask for keys (RFC 8725
// §3.10 warns of requests that a token causes).
func keyFlood() Attack {
	const tokens = 8
	return Attack{
		ID:      "key-flood",
		Title:   "Tokens that make the API ask",
		Story:   "Mallory makes up tokens, and each names a key that does not exist. The API might find it in a newer list, and asks the auth server each time.",
		Chapter: "v08", Given: readsTokens(), StoppedBy: []guard.ID{guard.IDJWKSRefetch},
		Loss:     "Each of Mallory's requests becomes one of the API's to the auth server.",
		Sections: []string{"RFC 8725 §3.10", "OpenID Connect Core §10.1.1"},
		Run: func(ctx context.Context, s *Scene) error {
			for range tokens {
				token := forge(guard.RS256, "rs256-"+uuid.NewString(), s.claimsOfAlice(), []byte("no key at all"))
				if err := s.ask(ctx, "/protected", token); err != nil {
					return err
				}
			}
			return nil
		},
		Harm: func(e Evidence) bool { return e.keyRequests() > neededKeyRequests },
	}
}

// neededKeyRequests are the first, and one more after a rotation.
const neededKeyRequests = 2

// keyRequests counts how often the API asked for the server's keys.
func (e Evidence) keyRequests() (n int) {
	for _, one := range e.Events {
		if one.Request != nil && one.From == event.API && strings.HasSuffix(one.Request.URL, "/jwks") {
			n++
		}
	}
	return n
}

// flooded says what the requests for keys came to.
func (e Evidence) flooded() (gained []string) {
	if n := e.keyRequests(); n > neededKeyRequests {
		gained = append(gained, fmt.Sprintf("%d requests of the API's to the auth server, for as many of hers.", n))
	}
	return gained
}

// withdrawnKey: a key leaked, the server has taken it out of its list, and an API that only adds
// keys still has it (OpenID Connect Core §10.1.1).
func withdrawnKey() Attack {
	return Attack{
		ID:      "withdrawn-key",
		Title:   "A key that was withdrawn",
		Story:   "A backup of the auth server's keys is found, by Mallory too. The server withdraws them and makes new ones. Six minutes later Mallory signs a token with the old key.",
		Chapter: "v08", Given: readsTokens(), StoppedBy: []guard.ID{guard.IDRetiredKeys},
		Loss:     "Mallory has read Alice's photos and notes.",
		Sections: []string{"OpenID Connect Core §10.1.1", "RFC 7517 §5"},
		Run: func(ctx context.Context, s *Scene) error {
			if !s.Lab.Settings.Rules().Offers(guard.JWKS) {
				return nil // there is no key yet
			}
			if _, err := s.signedInToken(ctx); err != nil { // so that the API has seen the key
				return err
			}
			old, err := s.published(ctx, guard.RS256)
			if err != nil {
				return err
			}
			if err := s.leakFields(ctx, event.Auth, "an old backup has the key that the auth server signs with", event.Field{Name: "kid", Value: old.KeyID}); err != nil {
				return err
			}
			if err := s.keys.Rotate(ctx, &lab.Handling{Lab: s.Lab, Party: event.Auth}, "", true); err != nil {
				return err
			}
			if err := s.wait(ctx, 6*time.Minute); err != nil { // until the API's list is old
				return err
			}
			token, err := s.signAsServer(ctx, s.claimsOfAlice(), old.KeyID)
			if err != nil {
				return err
			}
			return s.use(ctx, token)
		},
		Harm: malloryRead("alice", things),
	}
}
