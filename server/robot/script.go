package robot

import (
	"context"
	"errors"
	"slices"
	"time"

	"oauthlab/app/client"
)

// Script is what a user and her client do from a chapter's start to its happy end: what
// is played where the lesson says "run the flow", and what the chapter's golden trace
// shows. Each chapter names its own.
type Script struct {
	Name string // as a chapter's front matter has it
	Does string // in a sentence
	do   func(ctx context.Context, r *Robot) error
}

// scripts are all of them.
var scripts = []Script{
	{
		Name: "sign-in", Does: "Alice signs in, and the client takes her code: it redeems it where there is a token endpoint, and shows what the API keeps for her where there is one.",
		do: signInAndFinish,
	},
	{
		Name: "refresh", Does: "Alice signs in, and her client shows what the API keeps for her. Eleven seconds later two tabs of it ask again, with a token that is too old.",
		do: signInAndRefresh,
	},
	{
		Name: "open-id", Does: "Alice signs in to the web app, which finds out who she is, opens her account, and shows what the API keeps for her.",
		do: signInToWebApp,
	},
	{
		Name: "resources", Does: "Alice signs in, and her client shows what the API keeps for her. Then it opens billing and the calendar, with a token for each.",
		do: signInAndOpenAll,
	},
	{
		Name: "agent", Does: "Alice signs in, and her client opens billing. It hands the agent a token for that and a task: the agent puts her next bill into her calendar. Then it shows both tokens to both APIs.",
		do: signInAndDelegate,
	},
}

// Scripts returns the names of all scripts.
func Scripts() []string {
	names := make([]string, len(scripts))
	for i, s := range scripts {
		names[i] = s.Name
	}
	return names
}

// FindScript returns the script with the name.
func FindScript(name string) (Script, bool) {
	i := slices.IndexFunc(scripts, func(s Script) bool { return s.Name == name })
	if i < 0 {
		return Script{}, false
	}
	return scripts[i], true
}

// Play plays a script as far as it goes. A client or a server that refuses is no error:
// it may be what the chapter is about.
func (r *Robot) Play(ctx context.Context, s Script) error {
	err := s.do(ctx, r)
	if stuck := (*StuckError)(nil); errors.As(err, &stuck) {
		return nil
	}
	return err
}

func signInAndRefresh(ctx context.Context, r *Robot) error {
	if err := signInAndFinish(ctx, r); err != nil {
		return err
	}
	if err := r.Wait(ctx, 11*time.Second); err != nil {
		return err
	}
	old := r.Kept()
	if err := r.Show(ctx); err != nil || old.RefreshToken == "" {
		return err
	}
	return r.SecondTab(ctx, old)
}

func signInAndFinish(ctx context.Context, r *Robot) error {
	callback, err := r.SignIn(ctx)
	if err != nil {
		return err
	}
	return r.Finish(ctx, callback)
}

func signInAndOpenAll(ctx context.Context, r *Robot) error {
	if err := signInAndFinish(ctx, r); err != nil {
		return err
	}
	for _, api := range []string{client.Billing, client.Calendar} {
		if err := r.Open(ctx, api); err != nil {
			return err
		}
	}
	return nil
}

func signInAndDelegate(ctx context.Context, r *Robot) error {
	if err := signInAndFinish(ctx, r); err != nil {
		return err
	}
	if err := r.Open(ctx, client.Billing); err != nil {
		return err
	}
	for _, task := range []string{client.TaskBill, client.TaskCompare} {
		if err := r.Delegate(ctx, client.Task{Task: task}); err != nil {
			return err
		}
	}
	return nil
}

func signInToWebApp(ctx context.Context, r *Robot) error { return r.SignInToWebApp(ctx) }
