package authserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// jwksFresh is how long a client may keep the list (RFC 9111 §5.2.2.1). A key that it does not
// find there may have come since (OpenID Connect Core §10.1.1).
const jwksFresh = 5 * time.Minute

// jwks answers with the public keys (RFC 7517 §5).
func (s *Server) jwks(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	ring, err := s.Keys.ring(r.Context(), t.ID, ringOf(t), t.Now())
	if err != nil {
		return err
	}
	set, err := s.Keys.published(ring, t.Now())
	if err != nil {
		return err
	}
	wrong := faultAt(t, guard.IDFaultJWKS)
	if wrong != nil {
		if err := s.tellFault(r.Context(), t, wrong); err != nil {
			return err
		}
		if wrong.jwks != nil {
			wrong.jwks(&set)
		}
	}
	if s.answered(w, r, t, wrong) {
		return nil
	}
	body, err := json.Marshal(set)
	if err != nil {
		return fmt.Errorf("write the keys: %w", err)
	}
	w.Header().Set("Content-Type", "application/jwk-set+json") // RFC 7517 §8.5.2
	w.Header().Set("Cache-Control", "public, max-age="+strconv.Itoa(int(jwksFresh/time.Second)))
	w.Write(body) //nolint:errcheck // the caller has gone
	return nil
}

// ringOf is whose keys an issuer signs with: those of the server, unless its fault is one that
// changes them.
func ringOf(t *lab.Handling) string {
	if f := faultAt(t, guard.IDFaultSignature); f != nil && f.ownKeys && t.Fault != "" {
		return t.Fault
	}
	return ""
}
