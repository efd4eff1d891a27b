//go:build !js

package lab

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"oauthlab/lessons/api"
)

// What passes by itself is not told as a fault that stays, and what stays is.
func TestWhatTheConnectionsSayOfTheWay(t *testing.T) {
	var (
		refused   = connection{}
		silent    = connection{timedOut: true}
		short     = connection{opened: true, lasted: time.Second, quiet: time.Second}
		cut       = connection{opened: true, lasted: 10 * time.Second, quiet: 10 * time.Second}
		busy      = connection{opened: true, lasted: time.Minute, quiet: time.Second}
		goodbye   = connection{opened: true, farewell: true, lasted: 10 * time.Second, quiet: 10 * time.Second}
		long      = connection{opened: true, lasted: time.Hour, quiet: time.Hour}
		full      = &api.Refusal{Status: 429, Code: "too_many_followers", Description: "This lab is open too often."}
		proxySays = &api.Refusal{Status: 502, Description: "Bad gateway."}
		away      = errors.New("fetch: failed")
	)
	type turn struct {
		c     connection
		asked error
	}
	tests := map[string]struct {
		turns []turn
		why   string // how it begins; "" for nothing
		live  bool   // it is said of an open connection too
	}{
		"nothing yet":                          {nil, "", false},
		"one websocket is refused":             {[]turn{{refused, nil}, {refused, nil}}, "", false},
		"each is refused":                      {[]turn{{refused, nil}, {refused, nil}, {refused, nil}}, "The lab answers, but its live feed does not get through:", false},
		"nobody answers a websocket":           {[]turn{{silent, nil}}, "The lab answers, but its live feed does not get through:", false},
		"the server is away":                   {[]turn{{refused, away}, {refused, away}, {refused, away}, {refused, away}}, "", false},
		"and comes back":                       {[]turn{{refused, nil}, {refused, nil}, {refused, away}, {refused, nil}}, "", false},
		"there is no seat":                     {[]turn{{refused, full}}, "This lab is open too often.", false},
		"there was none":                       {[]turn{{refused, full}, {short, nil}}, "", false},
		"a proxy that is not ours says no":     {[]turn{{refused, proxySays}}, "", false},
		"a quiet one is cut":                   {[]turn{{cut, nil}}, "", false},
		"each quiet one is cut":                {[]turn{{cut, nil}, {cut, nil}}, "Something between the lab and this browser cuts connections that are quiet, here after 10 seconds;", true},
		"a busy one is cut":                    {[]turn{{busy, nil}, {busy, nil}}, "", false},
		"the server says goodbye, twice":       {[]turn{{goodbye, nil}, {goodbye, nil}}, "", false},
		"a computer sleeps, twice":             {[]turn{{long, nil}, {long, nil}}, "", false},
		"what was cut stands for long at last": {[]turn{{cut, nil}, {cut, nil}, {long, nil}}, "", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var l line
			for _, turn := range tt.turns {
				l.take(turn.c, turn.asked)
			}
			if why := l.why(); !strings.HasPrefix(why, tt.why) || tt.why == "" && why != "" {
				t.Errorf("it says %q, want %q", why, tt.why)
			}
			if live := l.whileLive() != ""; live != tt.live {
				t.Errorf("of an open connection: %v, want %v", live, tt.live)
			}
		})
	}
}

// Where no websocket gets through, who waits to tell something is told, and does not wait
// until time is up.
func TestRecordFailsWhereNoWebsocketGetsThrough(t *testing.T) {
	d := newDesk(t)
	s := d.open()
	d.refusals = 1 << 20
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	told := make(chan error, 1)
	go func() { told <- s.Record(ctx, note("waits")) }()
	var whys []string
	s.Follow(ctx, func(u Update) {
		if u.Why != "" {
			whys = append(whys, u.Why)
		}
		if len(told) > 0 {
			cancel()
		}
	})
	if err := <-told; !errors.Is(err, errBlocked) {
		t.Errorf("the event that waits got %v", err)
	}
	if len(whys) == 0 || !strings.Contains(whys[0], "refuses websockets") {
		t.Errorf("it said %q", whys)
	}
}

// A connection that is cut while it is quiet is opened anew without delay.
func TestAQuietConnectionThatIsCutComesBackAtOnce(t *testing.T) {
	d := newDesk(t)
	s := d.open()
	clock := time.Now()
	s.device.Now = func() time.Time { clock = clock.Add(stood); return clock } // each look is later
	var waits []time.Duration
	s.device.After = func(wait time.Duration) <-chan time.Time {
		waits = append(waits, wait)
		return time.After(0)
	}
	var open Socket
	dial := s.device.Dial
	s.device.Dial = func(ctx context.Context, url string, protocols []string) (Socket, error) {
		var err error
		open, err = dial(ctx, url, protocols)
		return open, err
	}
	cuts := 0
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	said := ""
	s.Follow(ctx, func(u Update) {
		if u.Status != Live {
			return
		}
		said = u.Why
		if cuts++; cuts > 4 {
			cancel()
			return
		}
		open.Close()
	})
	for _, wait := range waits {
		if wait > firstWait {
			t.Errorf("it waited %v", waits)
			break
		}
	}
	if !strings.Contains(said, "cuts connections that are quiet") {
		t.Errorf("it said %q", said)
	}
}
