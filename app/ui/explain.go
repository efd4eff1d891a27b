package ui

import (
	"context"
	"errors"
	"strings"

	"oauthlab/app/client"
	"oauthlab/app/lab"
	"oauthlab/app/timeline"
)

// explain turns an error into a sentence for the learner.
func explain(err error) string {
	var refusal *client.Refusal
	var token *client.TokenError
	var authorization *client.AuthorizationError
	var refused *lab.Error
	switch {
	case errors.As(err, &refusal):
		return "The client refused the answer. " + capital(timeline.GuardName(string(refusal.Guard))) + ": " + refusal.Reason + "."
	case errors.As(err, &token):
		return "The token endpoint refused: " + full(token.Error())
	case errors.As(err, &authorization):
		return "The authorization server said no: " + full(authorization.Error())
	case errors.As(err, &refused):
		return full(capital(refused.Error()))
	case errors.Is(err, errStepCancelled):
		return "You cancelled the request, so it was not sent and the client gives up."
	case errors.Is(err, context.DeadlineExceeded):
		return "The server takes too long to answer. Try again in a moment."
	case errors.Is(err, context.Canceled):
		return "That was interrupted."
	}
	if strings.Contains(err.Error(), "fetch: ") { // how browser.Fetch says that nobody answered
		return "The server cannot be reached. Try again when it is back."
	}
	return full(capital(err.Error()))
}

func full(s string) string {
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

func capital(s string) string {
	if s == "" {
		return s
	}
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}
