// Package storetest opens stores for tests.
package storetest

import (
	"testing"

	"oauthlab/server/store"
)

// Open opens an empty store, which is closed, without an error, when the test ends.
func Open(t testing.TB) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
