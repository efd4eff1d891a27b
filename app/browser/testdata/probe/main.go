// Command probe puts package browser in the hands of a test: it hangs its
// functions into the page, and each answers by a promise.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
	"oauthlab/app/client"
	"oauthlab/lessons/event"
)

func main() {
	var stop func()
	offer("fetch", func(a []string) (string, error) {
		r, err := browser.Fetch(context.Background(), client.Request{
			Method: a[0], URL: a[1], Body: a[2],
			Header: []event.Field{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}},
		})
		answer := fmt.Sprint(r.Status, " ", r.Body)
		for _, f := range r.Header {
			if f.Name == "x-answer" {
				answer += " " + f.Value
			}
		}
		return answer, err
	})
	offer("labFetch", func(a []string) (string, error) {
		r := client.Request{Method: a[0], URL: a[1], Body: a[2], Header: []event.Field{{Name: "Accept", Value: "application/json"}}}
		answer, err := browser.NewDevice().Fetch(context.Background(), r)
		return fmt.Sprint(answer.Status, " ", answer.Body), err
	})
	offer("fetchAndGiveUp", func(a []string) (string, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		_, err := browser.Fetch(ctx, client.Request{Method: "GET", URL: a[0]})
		return "", err
	})
	for name, store := range map[string]client.Store{"tab": browser.TabStore(), "keep": browser.Keep()} {
		offer(name+"Set", func(a []string) (string, error) { return "", store.Set(a[0], a[1]) })
		offer(name+"Get", func(a []string) (string, error) {
			value, ok := store.Get(a[0])
			return fmt.Sprint(value, " ", ok), nil
		})
		offer(name+"Delete", func(a []string) (string, error) { store.Delete(a[0]); return "", nil })
	}
	offer("deniesStorage", func([]string) (string, error) { return fmt.Sprint(browser.DeniesStorage()), nil })
	offer("listen", func([]string) (string, error) {
		stop = browser.OnCallback(func(url string) {
			seen := app.Window().Get("seen")
			seen.Call("push", url)
		})
		return "", nil
	})
	offer("stop", func([]string) (string, error) { stop(); stop(); return "", nil })
	offer("freshFrame", func(a []string) (string, error) {
		browser.FreshFrame(a[0], "alice", "Alice's browser", a[1])
		return "", nil
	})
	offer("dropFrame", func(a []string) (string, error) { browser.DropFrame(a[0]); return "", nil })
	offer("comeBackHere", func([]string) (string, error) { browser.ComeBackHere(); return "", nil })
	offer("openTab", func(a []string) (string, error) { browser.OpenTab(a[0]); return "", nil })
	offer("pageContent", func([]string) (string, error) { return browser.PageContent(), nil })
	offer("nextFrame", func([]string) (string, error) {
		drawn := make(chan string, 1)
		browser.NextFrame(func() { drawn <- "drawn" })
		return <-drawn, nil
	})
	offer("newID", func([]string) (string, error) { return browser.NewID(), nil })
	offer("websocket", func(a []string) (string, error) {
		device := browser.NewDevice()
		address := "ws" + strings.TrimPrefix(device.Origin, "http") + a[0]
		socket, err := device.Dial(context.Background(), address, []string{"oauthlab.v1", "key.k"})
		if err != nil {
			return "", err
		}
		defer socket.Close()
		if err := socket.Write(context.Background(), []byte(a[1])); err != nil {
			return "", err
		}
		message, err := socket.Read(context.Background())
		return string(message), err
	})
	offer("websocketAndGiveUp", func(a []string) (string, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		_, err := browser.NewDevice().Dial(ctx, "ws"+strings.TrimPrefix(browser.NewDevice().Origin, "http")+a[0], nil)
		return "", err
	})
	offer("verify", func(a []string) (string, error) {
		signature, err := base64.RawURLEncoding.DecodeString(a[3])
		if err != nil {
			return "", err
		}
		fits, err := browser.Verify(context.Background(), a[0], client.JWK{Raw: json.RawMessage(a[1])}, a[2], signature)
		return fmt.Sprint(fits), err
	})
	app.Window().Get("ready").Invoke()
	select {}
}

// offer hangs f into the page as window.probe[name], which answers by a
// promise of "ok …" or "error …".
func offer(name string, f func(arguments []string) (string, error)) {
	app.Window().Get("probe").Set(name, app.FuncOf(func(_ app.Value, values []app.Value) any {
		arguments := make([]string, len(values)-1)
		for i := range arguments {
			arguments[i] = values[i].String()
		}
		resolve := values[len(values)-1]
		go func() {
			text, err := f(arguments)
			if err != nil {
				resolve.Invoke("error " + err.Error())
				return
			}
			resolve.Invoke("ok " + text)
		}()
		return nil
	}))
}
