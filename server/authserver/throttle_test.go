package authserver

import (
	"testing"
	"time"
)

func TestTriesOfPasswords(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	spent := func() *State {
		s := &State{}
		for range triesAtOnce {
			if wait := s.try("alice", fixtures(), start); wait != 0 {
				t.Fatalf("one of the first tries waits %s", wait)
			}
		}
		return s
	}
	tests := []struct {
		name  string
		user  string
		after time.Duration
		want  time.Duration
	}{
		{"at once, the account rests", "alice", 0, triesEvery},
		{"a moment later, what is left of the rest is rounded up", "alice", 1500 * time.Millisecond, 9 * time.Second},
		{"after the rest, one is free", "alice", triesEvery, 0},
		{"another user is not held up", "bob", 0, 0},
		{"a clock put back does not prolong the rest", "alice", -time.Hour, triesEvery},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := spent().try(tt.user, fixtures(), start.Add(tt.after)); got != tt.want {
				t.Errorf("waits %s, want %s", got, tt.want)
			}
		})
	}
	t.Run("whoever came in begins anew", func(t *testing.T) {
		s := spent()
		s.forgive("alice")
		if wait := s.try("alice", fixtures(), start); wait != 0 {
			t.Errorf("waits %s", wait)
		}
	})
	t.Run("strangers share one account, so that their names fill nothing", func(t *testing.T) {
		s := &State{}
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			s.try(name, fixtures(), start)
		}
		if wait := s.try("f", fixtures(), start); wait != triesEvery || len(s.Tries) != 1 {
			t.Errorf("waits %s, with %d accounts remembered", wait, len(s.Tries))
		}
	})
}
