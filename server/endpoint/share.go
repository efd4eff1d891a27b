package endpoint

import (
	"net/http"

	"github.com/rs/cors"
)

// Share lets a client in any page read every answer of next (CORS, the Fetch standard): no
// cookie plays a part. It stands around an endpoint and its errors, with all methods and
// any request header, for a browser that may not send a request tells its client nothing
// but "Failed to fetch". What is wrong with the request is the endpoint's to say.
func Share(next http.Handler) http.Handler {
	return cors.New(cors.Options{
		AllowedOrigins: []string{"*"},
		AllowedMethods: []string{
			http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		},
		AllowedHeaders: []string{"*"},
		ExposedHeaders: []string{"Allow", "Retry-After", "WWW-Authenticate"},
	}).Handler(next)
}
