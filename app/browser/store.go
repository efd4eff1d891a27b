package browser

import (
	"sync"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/client"
)

// TabStore returns the store of this tab (sessionStorage): another tab does
// not see it, a reload does.
func TabStore() client.Store { return tabStore }

// Keep returns the store of this browser (localStorage).
func Keep() client.Store { return keep }

// DeniesStorage reports whether the browser keeps nothing of this page beyond a
// reload. One whose storage is merely full has kept what was there before.
func DeniesStorage() bool {
	const probe = "oauthlab.probe"
	if !app.IsClient {
		return false
	}
	forgets := false
	err := keep.with(func(storage app.Value) {
		// web/start/start.js put it there.
		if forgets = storage.Get("forgets").Truthy(); forgets || storage.Get("length").Int() > 0 {
			return
		}
		storage.Call("setItem", probe, "1")
		storage.Call("removeItem", probe)
	})
	return forgets || err != nil
}

// One of each, so that whoever asks sees the same where memory stands in.
var (
	tabStore = &store{name: "sessionStorage"}
	keep     = &store{name: "localStorage"}
)

// store is one of the browser's two storages. Where the browser denies it, or
// it is full, memory stands in as long as the page lives.
type store struct {
	name string

	mu     sync.Mutex        // guards memory
	memory map[string]string // what the storage did not take
}

// Get returns the value of key.
func (s *store) Get(key string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if value, ok := s.memory[key]; ok {
		return value, true
	}
	value, found := "", false
	_ = s.with(func(storage app.Value) {
		value, found = text(storage.Call("getItem", key))
	})
	return value, found
}

// Set keeps value under key. It returns no error: see store.
func (s *store) Set(key, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.memory, key)
	if s.with(func(storage app.Value) { storage.Call("setItem", key, value) }) == nil {
		return nil
	}
	_ = s.with(func(storage app.Value) { storage.Call("removeItem", key) })
	if s.memory == nil {
		s.memory = map[string]string{}
	}
	s.memory[key] = value
	return nil
}

// Delete forgets key.
func (s *store) Delete(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.memory, key)
	_ = s.with(func(storage app.Value) { storage.Call("removeItem", key) })
}

// with calls f with the storage, and returns an error where that is denied.
// The property itself throws then, so it is fetched by a call.
func (s *store) with(f func(storage app.Value)) error {
	if !app.IsClient {
		return errNoBrowser
	}
	return try(func() {
		window := app.Window()
		f(window.Get("Reflect").Call("get", window, s.name))
	})
}
