package session

import (
	"context"
	"errors"
	"strings"

	"oauthlab/app/client"
	"oauthlab/app/timeline"
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
)

// explain turns an error into a sentence for the learner.
func explain(err error) string {
	if refusal, ok := errors.AsType[*guard.Refusal](err); ok {
		return "The client refused the answer. " + prose.Capital(timeline.GuardName(string(refusal.Guard))) + ": " + refusal.Reason + "."
	}
	if token, ok := errors.AsType[*client.TokenError](err); ok {
		return "The token endpoint refused: " + prose.FullStop(token.Error())
	}
	if refused, ok := errors.AsType[*client.APIError](err); ok {
		return "The API refused: " + prose.FullStop(refused.Error())
	}
	if authorization, ok := errors.AsType[*client.AuthorizationError](err); ok {
		return "The authorization server said no: " + prose.FullStop(authorization.Error())
	}
	if refused, ok := errors.AsType[*api.Refusal](err); ok {
		return prose.Sentence(refused.Error())
	}
	switch {
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
	return prose.Sentence(err.Error())
}
