package browser

import (
	"context"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Lock runs do while no other tab of this browser does under the same name (Web Locks API
// §3). Where the browser has no locks, do runs all the same. It blocks, so never call it on
// the goroutine that draws.
func Lock(ctx context.Context, name string, do func() error) error {
	if !app.IsClient {
		return errNoBrowser
	}
	locks := app.Window().Get("navigator").Get("locks")
	if !locks.Truthy() {
		return do()
	}
	abort := app.Window().Get("AbortController").New()
	stop := context.AfterFunc(ctx, func() { abort.Call("abort") })
	defer stop()

	granted := make(chan app.Value, 1) // takes what resolves the promise that holds the lock
	hold := app.FuncOf(func(app.Value, []app.Value) any {
		var executor app.Func
		executor = app.FuncOf(func(_ app.Value, args []app.Value) any {
			granted <- args[0]
			return nil
		})
		defer executor.Release() // a promise runs it at once
		return app.Window().Get("Promise").New(executor)
	})
	defer hold.Release()

	over := make(chan error, 1)
	go func() {
		_, err := await(ctx, func() app.Value {
			return locks.Call("request", name, map[string]any{"signal": abort.Get("signal")}, hold)
		})
		over <- err
	}()
	select {
	case release := <-granted:
		err := do()
		release.Invoke()
		<-over
		return err
	case err := <-over: // it was aborted, or denied
		return err
	}
}
