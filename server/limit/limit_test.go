package limit

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func TestRateAsAFlag(t *testing.T) {
	for text, want := range map[string]Rate{
		"120/1m": {120, time.Minute}, "1/1s": {1, time.Second}, "5/1h30m": {5, 90 * time.Minute}, "7/1m10s": {7, 70 * time.Second}, "8/1h0m5s": {8, time.Hour + 5*time.Second}, "3/24h": {3, 24 * time.Hour},
	} {
		var r Rate
		if err := r.UnmarshalText([]byte(text)); err != nil || r != want {
			t.Errorf("%q is %+v (%v), want %+v", text, r, err, want)
		}
		if r.String() != text {
			t.Errorf("%q is written %q", text, r.String())
		}
	}
	for _, text := range []string{"", "5", "5/", "/1m", "0/1m", "-1/1m", "5/0s", "5/-1s", "many/1m", "5/minute"} {
		if err := new(Rate).UnmarshalText([]byte(text)); !errors.Is(err, errRate) {
			t.Errorf("%q is taken (%v)", text, err)
		}
	}
}

func TestPaceLetsSoManyAtOnceAndThenOneByOne(t *testing.T) {
	p := NewRateLimiter[string](Rate{3, time.Minute}, 10)
	for range 3 {
		if wait := p.Wait("a", noon); wait != 0 {
			t.Fatalf("waits %s", wait)
		}
	}
	if wait := p.Wait("a", noon); wait != 20*time.Second {
		t.Errorf("the fourth waits %s, want 20s", wait)
	}
	if wait := p.Wait("b", noon); wait != 0 {
		t.Errorf("another key waits %s", wait)
	}
	if wait := p.Wait("a", noon.Add(20*time.Second)); wait != 0 {
		t.Errorf("after its wait it waits %s", wait)
	}
	p.Forget("a")
	if wait := p.Wait("a", noon.Add(20*time.Second)); wait != 0 {
		t.Errorf("forgotten, it waits %s", wait)
	}
}

func TestPaceRemembersABoundedNumberOfKeys(t *testing.T) {
	p := NewRateLimiter[int](Rate{1, time.Hour}, 100)
	for i := range 10_000 {
		p.Wait(-1, noon) // seen all the time, so never forgotten
		p.Wait(i, noon)
	}
	if n := p.keys.Len(); n != 100 {
		t.Errorf("it remembers %d keys", n)
	}
	if p.Wait(-1, noon) == 0 {
		t.Error("a key that is seen all the time was forgotten")
	}
}

func TestWhereARequestComesFrom(t *testing.T) {
	tests := []struct {
		name, remote, forwarded, trusted, want string
	}{
		{"no proxy", "203.0.113.9:1", "", "", "203.0.113.9"},
		{"a header that nobody vouches for", "203.0.113.9:1", "198.51.100.1", "", "203.0.113.9"},
		{"a header from one who is not trusted", "203.0.113.9:1", "198.51.100.1", "10.0.0.0/8", "203.0.113.9"},
		{"a trusted proxy", "10.1.2.3:1", "198.51.100.1", "10.0.0.0/8", "198.51.100.1"},
		{"a client who wrote a header of its own", "10.1.2.3:1", "127.0.0.1, 198.51.100.1", "10.0.0.0/8", "198.51.100.1"},
		{"two proxies", "10.1.2.3:1", "198.51.100.1, 10.9.9.9", "10.0.0.0/8", "198.51.100.1"},
		{"nothing but proxies", "10.1.2.3:1", "10.9.9.9", "10.0.0.0/8", "10.9.9.9"},
		{"a proxy that says nothing", "10.1.2.3:1", "", "10.0.0.0/8", "10.1.2.3"},
		{"a proxy that says nonsense", "10.1.2.3:1", "unknown", "10.0.0.0/8", "10.1.2.3"},
		{"one trusted address", "127.0.0.1:1", "198.51.100.1", "127.0.0.1", "198.51.100.1"},
		{"an IPv6 client is its network", "[2001:db8:1:2:3:4:5:6]:1", "", "", "2001:db8:1:2::"},
		{"IPv4 written as IPv6", "[::ffff:203.0.113.9]:1", "", "", "203.0.113.9"},
		{"no address at all", "@", "", "", "invalid IP"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var p Proxies
			if err := p.UnmarshalText([]byte(tt.trusted)); err != nil {
				t.Fatal(err)
			}
			r := &http.Request{RemoteAddr: tt.remote, Header: http.Header{}}
			if tt.forwarded != "" {
				r.Header.Set("X-Forwarded-For", tt.forwarded)
			}
			if got := p.Client(r).String(); got != tt.want {
				t.Errorf("it is from %s, want %s", got, tt.want)
			}
		})
	}
	for _, bad := range []string{"localhost", "10.0.0.0/33", "10.0.0"} {
		if err := new(Proxies).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestSeats(t *testing.T) {
	one, two, three := uuid.New(), uuid.New(), uuid.New()
	s := &ConnLimiter{PerLab: 2, InAll: 3}
	take := func(lab uuid.UUID, want error) func() {
		t.Helper()
		giveBack, err := s.Take(lab)
		if !errors.Is(err, want) {
			t.Fatalf("taking a seat: %v, want %v", err, want)
		}
		return giveBack
	}
	first := take(one, nil)
	take(one, nil)
	take(one, LabFull)
	last := take(two, nil)
	take(three, AllFull)
	first()
	first() // giving back twice is once
	take(three, nil)
	take(two, AllFull)
	last()
	take(one, nil)
	if s.Taken() != 3 {
		t.Errorf("%d seats are taken", s.Taken())
	}
}

func TestNewLabs(t *testing.T) {
	alice, bob := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	there, failing := 0, error(nil)
	fresh := func(b LabBounds) *Labs {
		b.Kept = 24 * time.Hour
		return NewLabs(b, func(context.Context) (int, error) { return there, failing })
	}
	refused := func(l *Labs, who netip.Addr, at time.Time, bound Bound, wait time.Duration) {
		t.Helper()
		var e *Exceeded
		if err := l.Admit(t.Context(), who, at); !errors.As(err, &e) || e.Bound != bound || e.Wait != wait {
			t.Errorf("%v, want the bound %s and %s", err, bound, wait)
		}
	}
	admitted := func(l *Labs, who netip.Addr, at time.Time) {
		t.Helper()
		if err := l.Admit(t.Context(), who, at); err != nil {
			t.Error(err)
		}
	}

	l := fresh(LabBounds{Rate: Rate{1, time.Minute}})
	admitted(l, alice, noon)
	refused(l, alice, noon, TooFast, time.Minute)
	admitted(l, bob, noon)

	l = fresh(LabBounds{Rate: Rate{100, time.Minute}, PerAddress: 2})
	admitted(l, alice, noon)
	admitted(l, alice, noon.Add(time.Hour))
	refused(l, alice, noon.Add(2*time.Hour), TooMany, 22*time.Hour)
	admitted(l, bob, noon.Add(2*time.Hour))
	admitted(l, alice, noon.Add(24*time.Hour)) // the first has expired, if nobody used it

	l = fresh(LabBounds{Rate: Rate{100, time.Minute}, InAll: 2})
	admitted(l, alice, noon)
	admitted(l, bob, noon)
	refused(l, alice, noon, NoneLeft, noneLeftWait)
	admitted(l, alice, noon.Add(countAgain)) // counted again, and there is none
	there = 2
	refused(l, alice, noon.Add(2*countAgain), NoneLeft, noneLeftWait)

	failing = errors.New("the store does not answer")
	for range 2 { // a count that failed is tried again
		if err := l.Admit(t.Context(), alice, noon.Add(4*countAgain)); !errors.Is(err, failing) {
			t.Errorf("%v, want that it cannot count", err)
		}
	}
}
