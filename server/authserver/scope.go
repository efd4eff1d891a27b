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

// scopes are the words that mean something here, with the feature that brings them.
func scopes() map[string]guard.Feature {
	return map[string]guard.Feature{DefaultScope: "", "profile": guard.ProtectedAPI}
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
	for word := range strings.SplitSeq(asked, " ") {
		feature, known := scopes()[word]
		if known && (feature == "" || rules.Offers(feature)) && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return DefaultScope
	}
	return strings.Join(words, " ")
}
