package browser

import (
	"context"
	"errors"
	"fmt"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
)

// Fetch sends a request with window.fetch and returns the answer. No cookie
// goes along. A redirect is an error: neither a token endpoint nor the lab's
// API redirects, and code and verifier must not follow one somewhere else.
// It blocks, so never call it on the goroutine that draws.
func Fetch(ctx context.Context, r client.Request) (client.Response, error) {
	if !app.IsClient {
		return client.Response{}, errNoBrowser
	}
	if err := ctx.Err(); err != nil {
		return client.Response{}, err
	}
	abort := app.Window().Get("AbortController").New()
	response, err := await(ctx, func() app.Value {
		return app.Window().Call("fetch", r.URL, options(r, abort.Get("signal")))
	})
	if err != nil {
		abort.Call("abort")
		return client.Response{}, fmt.Errorf("fetch: %w", err)
	}
	answer, err := read(ctx, response)
	if err != nil {
		abort.Call("abort")
	}
	return answer, err
}

// read returns what a response of window.fetch says. It blocks.
func read(ctx context.Context, response app.Value) (client.Response, error) {
	body, err := await(ctx, func() app.Value { return response.Call("text") })
	if err != nil {
		return client.Response{}, fmt.Errorf("fetch: read the answer: %w", err)
	}
	return client.Response{
		Status: response.Get("status").Int(),
		Header: header(response),
		Body:   body.String(),
	}, nil
}

// options returns the second argument of window.fetch.
func options(r client.Request, signal app.Value) map[string]any {
	pairs := make([]any, 0, len(r.Header))
	for _, field := range r.Header {
		pairs = append(pairs, []any{field.Name, field.Value})
	}
	o := map[string]any{
		"method":      r.Method,
		"headers":     pairs,
		"credentials": "omit",
		"cache":       "no-store", // what may be kept, the client keeps by itself, on the lab's clock
		"redirect":    "error",
		"signal":      signal,
	}
	if r.Body != "" {
		o["body"] = r.Body
	}
	return o
}

// header returns the headers of a response that the browser lets us read.
func header(response app.Value) []event.Field {
	pairs := app.Window().Get("Array").Call("from", response.Get("headers"))
	fields := make([]event.Field, 0, pairs.Length())
	for i := range pairs.Length() {
		pair := pairs.Index(i)
		fields = append(fields, event.Field{Name: pair.Index(0).String(), Value: pair.Index(1).String()})
	}
	return fields
}

// await waits for the promise that start makes, or for ctx. It blocks.
func await(ctx context.Context, start func() app.Value) (app.Value, error) {
	type outcome struct {
		value app.Value
		err   error
	}
	settled := make(chan outcome, 1)
	var kept, broken app.Func
	release := func() {
		kept.Release()
		broken.Release()
	}
	kept = app.FuncOf(func(_ app.Value, args []app.Value) any {
		release()
		settled <- outcome{value: args[0]}
		return nil
	})
	broken = app.FuncOf(func(_ app.Value, args []app.Value) any {
		release()
		settled <- outcome{err: errors.New(reason(args[0]))}
		return nil
	})
	if err := try(func() { start().Call("then", kept, broken) }); err != nil {
		release()
		return nil, err
	}
	// Where ctx ends first, the promise settles all the same, since its
	// request is aborted, and then the functions are released.
	select {
	case o := <-settled:
		return o.value, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// reason returns why a promise was broken.
func reason(thrown app.Value) string {
	if thrown.Type() == app.TypeObject {
		if message, ok := text(thrown.Get("message")); ok {
			return message
		}
	}
	return "the browser does not say why"
}
