package site

import (
	"net/http"
	"strconv"
	"time"

	"oauthlab/server/endpoint"
	"oauthlab/server/limit"
)

// Refusals that more than one call gives.

func unknownLab() *endpoint.Error {
	return endpoint.Refuse(http.StatusNotFound, "unknown_lab",
		"There is no lab under this id.", "Labs that nobody uses expire. Make a new one: POST /api/labs.")
}

func wrongKey() *endpoint.Error {
	return endpoint.Refuse(http.StatusUnauthorized, "invalid_key",
		"This is not the key of the lab.", "Send the key that the lab's creation answered: Authorization: Bearer <key>.").
		With("WWW-Authenticate", "Bearer")
}

func unknownPath() *endpoint.Error {
	return endpoint.Refuse(http.StatusNotFound, "unknown_path",
		"The lab's API has nothing at this path.", "The page /reference lists the calls.")
}

func unknownAttack() *endpoint.Error {
	return endpoint.Refuse(http.StatusNotFound, "unknown_attack",
		"There is no such attack.", "GET /api/attacks lists them.")
}

func noMail() *endpoint.Error {
	return endpoint.Refuse(http.StatusNotFound, "no_mail",
		"No mail comes in this attack.", "GET /api/attacks tells which have one. Run the others: POST /api/labs/{id}/attacks/{attack}.")
}

// unavailable is the answer while the store does not: ask again after the wait.
func unavailable(wait time.Duration) *endpoint.Error {
	return after(wait, endpoint.Refuse(http.StatusServiceUnavailable, "unavailable",
		"The lab does not answer at the moment.", "Try again."))
}

// after returns a refusal that says when to ask again.
func after(wait time.Duration, e *endpoint.Error) *endpoint.Error {
	return e.With("Retry-After", strconv.Itoa(limit.Seconds(wait)))
}
