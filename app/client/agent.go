package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// The tasks that an agent does.
const (
	TaskBill    = "next-bill" // puts the next bill into the calendar
	TaskAgenda  = "agenda"    // reads the calendar out
	TaskCompare = "compare"   // shows both tokens to both APIs
)

// Task is what a user has an agent do for her.
type Task struct {
	Task string `json:"task"`
	// Way is one of guard.IDAgentWay; "" for the agent's own.
	Way string `json:"way,omitempty"`
	For string `json:"for,omitempty"` // of whom it speaks
}

// Report is what an agent tells of a task.
type Report struct {
	Did          string   `json:"did"` // in a sentence
	Way          string   `json:"way"`
	Owner        string   `json:"owner,omitempty"` // of what it read
	Appointments []string `json:"appointments,omitempty"`
}

// Delegate has the agent do something for the user: it is handed the
// token for billing, since that is where it begins. What it does for
// another API, it must get a token for by itself.
func (c *Client) Delegate(
	ctx context.Context, task Task,
) (report Report, err error) {
	f := c.signedIn()
	defer f.tell(ctx, &err)
	body, err := json.Marshal(task)
	if err != nil {
		return Report{}, fmt.Errorf("write the task: %w", err)
	}
	api := f.main()
	if f.names() {
		api = Billing
	}
	tokens, signedIn := f.tokensFor(api)
	switch {
	case !signedIn:
		return Report{}, errSignedOut
	case tokens.AccessToken == "" && tokens.RefreshToken == "":
		return Report{}, errNoToken
	case tokens.AccessToken == "":
		if tokens, err = f.renew(ctx, tokens, api); err != nil {
			return Report{}, err
		}
	}
	at := f.Agent + "/tasks"
	f.note(event.NoteDelegates, "The client hands the agent a task.",
		event.Field{Name: "url", Value: at},
		event.Field{Name: "task", Value: task.Task})
	answer, err := f.askWith(ctx, tokens, "POST", at, string(body))
	var no *APIError
	if errors.As(err, &no) {
		f.note(event.NoteAPIRefused,
			"The agent says no: "+err.Error(),
			event.Field{Name: "error", Value: err.Error()})
	}
	if err != nil {
		return Report{}, err
	}
	if json.Unmarshal([]byte(answer), &report) != nil {
		return Report{}, errNoAnswer
	}
	f.note(event.NoteReport, "The client shows what the agent did.",
		event.Field{Name: "text", Value: report.Did})
	return report, nil
}

// Act asks an API as the agent does: with a token that it was handed,
// or has got for it. An API that says no is an *APIError.
func (c *Client) Act(
	ctx context.Context, token, method, at, body string,
) (answer string, err error) {
	f := c.recall()
	defer f.tell(ctx, &err)
	return f.askWith(
		ctx, Tokens{AccessToken: token}, method, at, body)
}

// TokenFor gets an agent the token with which it asks an API for the
// user whose token it was handed. There are three ways, and two of them
// are wrong: the API is then told that the user herself asks, or that
// nobody but the agent does.
func (c *Client) TokenFor(
	ctx context.Context, subject, api, way string,
) (token string, err error) {
	f := c.recall()
	defer f.tell(ctx, &err)
	if way == guard.PassesOn {
		return subject, nil
	}
	own, err := f.askForTokens(ctx, f.ownTokenRequest(api))
	if err != nil || way == guard.AsItself {
		return own.AccessToken, err
	}
	theirs, err := f.askForTokens(ctx,
		f.exchangeRequest(subject, own.AccessToken, api))
	return theirs.AccessToken, err
}
