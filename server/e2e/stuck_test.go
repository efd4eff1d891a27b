package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"nhooyr.io/websocket"

	"oauthlab/lessons/event"
)

// A follower stops reading while much is recorded. The program cuts it off, keeps
// another follower up to date all the while, and when the first comes back with the
// position that it had, it gets all that it missed.
func TestAFollowerThatStopsReadingIsCutOff(t *testing.T) {
	t.Parallel() // the program waits 10 seconds for it
	p := start(t, t.TempDir())
	l := p.newLab(t)
	stuck, quick := p.follow(t, l, "0"), p.follow(t, l, "0")
	if n := p.followers(t); n != "2" {
		t.Fatalf("there are %s followers", n)
	}
	told := fill(t, quick, 0, 300) // 6 MB: more than a connection holds, mostly
	for p.followers(t) == "2" {
		attack := p.attack(t, l, "intercepted-code")
		hearUpTo(t, quick, told, attack.Events[1]) // or it waits here for ever
		told = fill(t, quick, attack.Events[1], 50)
		p.hangsUp(t)
	}
	log := p.events(t, l)
	if ends(log) != told {
		t.Errorf("the log ends at %d, and the other follower has heard it up to %d", ends(log), told)
	}
	heard := hear(t, stuck) // what was on its way
	after := ends(heard)
	if after == told {
		t.Error("it has heard everything")
	}
	heard = append(heard, hearUpTo(t, p.follow(t, l, fmt.Sprint(after)), after, told)...)
	wantSameLog(t, heard, log)
}

// fill records so many large notes over a feed, which has told a position, and returns
// the position of the last.
func fill(t *testing.T, feed *websocket.Conn, told uint64, notes int) uint64 {
	t.Helper()
	note := event.Event{V: event.Version, From: event.Client, Kind: event.KindNote, Time: time.Now()}
	note.Note = &event.Note{Name: "test", Text: "large", Fields: slices.Repeat([]event.Field{{Name: "x", Value: strings.Repeat("x", event.MaxURL)}}, 5)}
	for range notes {
		note.ID = uuid.NewString()
		data, err := json.Marshal(note)
		if err == nil {
			err = feed.Write(t.Context(), websocket.MessageText, data)
		}
		if err != nil {
			t.Fatal(err)
		}
		for e := (event.Event{}); e.ID != note.ID; told = e.Seq {
			e, _ = next(t, feed)
		}
	}
	return told
}

// hangsUp returns when the program has hung up on a caller who says nothing, for whom
// it has 5 seconds.
func (p *program) hangsUp(t *testing.T) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.lab, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if said, err := io.ReadAll(conn); err != nil || len(said) > 0 {
		t.Errorf("it says %q (%v)", said, err)
	}
}

var followersOf = regexp.MustCompile(`(?m)^oauthlab_followers (\d+)$`)

// followers is how many there are.
func (p *program) followers(t *testing.T) string {
	t.Helper()
	_, metrics := call(t, "GET", p.lab+"/metrics", "", "")
	found := followersOf.FindStringSubmatch(metrics)
	if found == nil {
		t.Fatalf("the metrics are %s", metrics)
	}
	return found[1]
}
