package authserver

import (
	"net/http"
	"slices"
	"strings"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
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
	return []scope{{DefaultScope, ""}, {"write", guard.ProtectedAPI}, {"profile", guard.ProtectedAPI}}
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

// granted returns what of the scope that was asked for is granted: the words that there
// are, each once, else the default.
func granted(asked string, rules guard.Rules) string {
	var words []string
	there := scopesOf(rules)
	for word := range strings.SplitSeq(asked, " ") {
		if slices.Contains(there, word) && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return DefaultScope
	}
	return strings.Join(words, " ")
}
