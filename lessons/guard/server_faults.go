package guard

import "oauthlab/lessons/event"

// The parts, one a place. A fault is called by its place and its
// value: id-token-wrong-iss.
const (
	IDFaultIDToken  ID = "server-faults.id-token"
	IDFaultUserInfo ID = "server-faults.userinfo"
	IDFaultRedirect ID = "server-faults.redirect"
	IDFaultMetadata ID = "server-faults.metadata"
	IDFaultToken    ID = "server-faults.token"

	IDFaultSignature ID = "server-faults.signature"
	IDFaultJWKS      ID = "server-faults.jwks"
)

// NoFault is the value of a place where nothing is wrong.
const NoFault = "none"

// serverFaults holds that the server does what the specifications say. What it may do wrong is
// described by the authorization server's table of faults.
func serverFaults() Protection {
	place := func(id ID, title, section string, faults ...string) Part {
		return Part{ID: id, Kind: Habit, By: event.Auth, Title: title, Section: section, Values: append([]string{NoFault}, faults...)}
	}
	since := func(chapter string, p Part) Part {
		p.Since = chapter
		return p
	}
	return Protection{
		ID: "server-faults", Title: "Faultless server", By: event.Auth, Chapter: "v07",
		Stops: "What a server does wrong, and a client must notice.",
		Parts: []Part{
			place(IDFaultIDToken, "fault in the ID token", core+" §2",
				"missing-iss", "wrong-iss", "missing-aud", "more-aud", "wrong-aud", "wrong-azp",
				"unsigned", "wrong-key", "missing-exp", "expired", "missing-iat", "old-iat", "future-iat",
				"missing-nonce", "wrong-nonce", "replayed", "missing-at-hash", "wrong-at-hash", "missing-sub", "wrong-sub"),
			place(IDFaultUserInfo, "fault in UserInfo", core+" §5.3.2", "missing-subject", "foreign-subject", "not-json"),
			place(IDFaultRedirect, "fault in the redirect", "RFC 9207 §2", "missing-state", "double-state", "wrong-state", "missing-iss", "double-iss", "wrong-iss"),
			place(IDFaultMetadata, "fault in the metadata", "OpenID Connect Discovery §4.3", "not-json", "wrong-issuer"),
			place(IDFaultToken, "fault in the token response", "RFC 6749 §5.1", "lower-case-type", "missing-expires-in", "slow", "missing-id-token", "unknown-type", "not-json", "failing"),
			since("v08", place(IDFaultSignature, "fault in the signature", core+" §10.1", "rotated", "missing-kid", "unknown-kid", "jku", "hs256-public-key")),
			since("v08", place(IDFaultJWKS, "fault in the keys", "RFC 7517 §5", "slow", "not-json", "empty", "failing")),
		},
	}
}
