package param

// What no flow carries stands here, so that the program in the browser does without it.

// Own returns the members of the metadata and the parameters of the lab's API.
func Own() []Row {
	return []Row{
		{Name: "issuer", Section: "RFC 8414 §2", Means: "The name of the authorization server."},
		{Name: "authorization_endpoint", Section: "RFC 8414 §2", Means: "Where the browser brings an authorization request."},
		{Name: "token_endpoint", Section: "RFC 8414 §2", Means: "Where a code is exchanged for a token."},
		{Name: "response_types_supported", Section: "RFC 8414 §2", Means: "What a client may ask the authorization endpoint for."},
		{Name: "response_modes_supported", Section: "RFC 8414 §2", Means: "How answers come back: in the query of the redirect URI."},
		{Name: "grant_types_supported", Section: "RFC 8414 §2", Means: "What a client may offer the token endpoint."},
		{Name: "token_endpoint_auth_methods_supported", Section: "RFC 8414 §2", Means: "How a client proves who it is there; none, for a public client."},
		{Name: "code_challenge_methods_supported", Section: "RFC 8414 §2", Means: "Which methods of PKCE the server takes."},

		{Name: "chapter", Means: "Id of a chapter, such as v03."},
		{Name: "protections", Means: "By id of a protection: true switches all its parts on, false switches off those that refuse."},
		{Name: "guards", Means: "By id of a part: true, false, or a value of a habit."},
		{Name: "settings", Means: "By id of a setting: one of its values. The chapters so far have none."},
		{Name: "clock_offset_seconds", Means: "How far the lab's clock is ahead of the true one."},
		{Name: "says", Means: "What the error said, word for word; other words may stand around it."},
		{Name: "status", Means: "Number of the HTTP answer."},
		{Name: "guard", Means: "Id of the part that refused."},
		{Name: "after", Means: "The seq of the last event that the caller has; what follows is sent."},
	}
}

// FindOwn returns the row of a name that no flow carries.
func FindOwn(name string) (Row, bool) {
	for _, r := range Own() {
		if r.Name == name {
			return r, true
		}
	}
	return Row{}, false
}
