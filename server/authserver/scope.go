package authserver

import (
	"net/http"
	"slices"
	"strings"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
)

// Words of OpenID Connect.
const (
	scopeOpenID  = "openid"         // Core §3.1.2.1: without it, a request is OAuth's alone
	scopeProfile = "profile"        // Core §5.4
	scopeEmail   = "email"          // Core §5.4
	scopeOffline = "offline_access" // Core §11
)

// DefaultScope is granted where a client asks for nothing that there is (RFC 6749 §3.3).
const DefaultScope = "read"

// scope is a word that means something here.
type scope struct {
	word    string
	feature guard.Feature // that brings it; "" where it was always there
}

// scopes are all of them.
func scopes() []scope {
	return []scope{
		{DefaultScope, ""},
		{"write", guard.ProtectedAPI},
		{scopeProfile, guard.ProtectedAPI},
		{scopeOpenID, guard.OpenIDConnect},
		{scopeEmail, guard.OpenIDConnect},
		{scopeOffline, guard.OpenIDConnect},
	}
}

// scopesOf are the words that there are under the rules, as the metadata lists them
// (RFC 8414 §2).
func scopesOf(rules guard.Rules) []string {
	var words []string
	for _, s := range scopes() {
		if s.feature == "" || rules.Offers(s.feature) {
			words = append(words, s.word)
		}
	}
	return words
}

// checkScope refuses a scope that is no list of words with single blanks between them
// (RFC 6749 §3.3). A word that nobody knows is no error (OpenID Connect Core §3.1.2.1).
func checkScope(asked string) *endpoint.Error {
	if asked == "" {
		return nil
	}
	for word := range strings.SplitSeq(asked, " ") {
		if word == "" || strings.ContainsFunc(word, func(r rune) bool { return r < '!' || r > '~' || r == '"' || r == '\\' }) {
			return endpoint.Refuse(http.StatusBadRequest, codeInvalidScope, "The scope is not a list of words with single blanks between them.",
				"A word has no blank, no quotation mark, no backslash and no letter outside ASCII (RFC 6749 §3.3).")
		}
	}
	return nil
}

// hasScope reports whether a word was granted.
func hasScope(granted, word string) bool { return slices.Contains(strings.Fields(granted), word) }

// withoutUser leaves out what is about a user (OpenID Connect Core §5.4, §11): in a token of a
// client's own there is none.
func withoutUser(asked string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(asked), func(word string) bool {
		return slices.Contains([]string{scopeOpenID, scopeProfile, scopeEmail, scopeOffline}, word)
	}), " ")
}

// granted returns what of the scope that a client asked for is granted: the words that there
// are for it, each once, else the default.
func granted(asked string, client Client, rules guard.Rules) string {
	var words []string
	there := scopesOf(rules)
	for word := range strings.SplitSeq(asked, " ") {
		if word == scopeOpenID && !client.takesIDTokens(rules) {
			continue // as a word that nobody knows (OpenID Connect Core §3.1.2.1)
		}
		if slices.Contains(there, word) && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return DefaultScope
	}
	return strings.Join(words, " ")
}
