package endpoint

import (
	"net/http"
	"strings"

	"github.com/google/uuid"
)

// SeeOther redirects by GET whatever the method was, so that no browser sends a password on
// (RFC 9700 §4.12).
func SeeOther(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(http.StatusSeeOther)
}

// SessionCookie is the cookie of a party at an origin, for one lab: its path is the lab, so
// that labs do not see each other's.
func SessionCookie(origin, name, value string, lab uuid.UUID) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/" + lab.String() + "/",
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(origin, "https:"),
	}
}
