package authserver

import (
	"net/http"

	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// Later is an endpoint of an authorization server that this one does not have yet.
type Later struct {
	Path    string // below the issuer
	Feature guard.Feature
}

// LaterEndpoints are those that chapters to come bring.
func LaterEndpoints() []Later {
	return []Later{
		{"/api/me", guard.ProtectedAPI},
		{"/introspect", guard.Introspection},
		{"/userinfo", guard.OpenIDConnect},
		{"/.well-known/openid-configuration", guard.OpenIDConnect},
		{"/jwks", guard.JWKS},
		{"/revoke", guard.Revocation},
		{"/register", guard.Registration},
		{"/device_authorization", guard.DeviceAuthorization},
		{"/par", guard.PushedRequests},
	}
}

// since serves an endpoint where the chapter has the feature, and else says which brings it.
func since(f guard.Feature, next serveFunc) serveFunc {
	return func(w http.ResponseWriter, r *http.Request, t *lab.Turn) {
		if !t.Settings.Rules().Offers(f) {
			comesWith(f)(w, r, t)
			return
		}
		next(w, r, t)
	}
}

// comesWith answers for an endpoint that another chapter brings.
func comesWith(f guard.Feature) serveFunc {
	return func(w http.ResponseWriter, _ *http.Request, t *lab.Turn) {
		writeError(w, http.StatusNotFound, &Error{
			codeInvalidRequest, "This endpoint comes with chapter " + f.Chapter() + ".",
			"This lab is in chapter " + t.Settings.Chapter + ". Open the later chapter to use it.",
		})
	}
}
