package frame

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/event"
)

func note(id string) event.Event {
	return event.Event{V: event.Version, ID: id, From: event.Client, Kind: event.KindNote, Note: &event.Note{Name: "test", Text: "a\nb"}}
}

// made is a frame of some events from a position on.
func made(t *testing.T, first uint64, ids ...string) Frame {
	t.Helper()
	var encoded [][]byte
	for _, id := range ids {
		data, err := Encode(note(id))
		if err != nil {
			t.Fatal(err)
		}
		encoded = append(encoded, data)
	}
	return New(first, ids[0], encoded)
}

// told writes a frame's events as "7:a 8:b".
func told(t *testing.T, f Frame) string {
	t.Helper()
	var words []string
	err := f.Events(func(e event.Event) error {
		words = append(words, fmt.Sprintf("%d:%s", e.Seq, e.ID))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(words, " ")
}

func TestAFrameIsReadAsItWasWritten(t *testing.T) {
	f := made(t, 99, "a", `"b"\`, "ü")
	if got := strings.Count(string(f.Bytes()), "\n"); got != 4 || !bytes.HasPrefix(f.Bytes(), []byte(`{"first":99,"count":3,"id":"a"}`+"\n")) {
		t.Errorf("it is written as\n%s", f.Bytes())
	}
	again, err := Parse(f.Bytes())
	if err != nil || again.First != 99 || again.Count != 3 || again.Last() != 101 || again.ID != "a" {
		t.Fatalf("it is read as %+v (%v)", again, err)
	}
	if got := told(t, again); got != `99:a 100:"b"\ 101:ü` {
		t.Errorf("it tells %s", got)
	}
	var ids []string
	if err := again.IDs(func(id string) { ids = append(ids, id) }); err != nil || strings.Join(ids, " ") != `a "b"\ ü` {
		t.Errorf("its ids are %q (%v)", ids, err)
	}
}

func TestAFrameBehindAPosition(t *testing.T) {
	f := made(t, 7, "a", "b", "c")
	for after, want := range map[uint64]string{0: "7:a 8:b 9:c", 6: "7:a 8:b 9:c", 7: "8:b 9:c", 8: "9:c"} {
		rest := f.Behind(after)
		again, err := Parse(rest.Bytes())
		if err != nil || told(t, again) != want {
			t.Errorf("behind %d it is\n%s (%v), want %s", after, rest.Bytes(), err, want)
		}
	}
	if told(t, f) != "7:a 8:b 9:c" {
		t.Error("what is left of it changes it")
	}
}

func TestWhatHasNoHead(t *testing.T) {
	data, err := Encode(note("alone"))
	if err != nil {
		t.Fatal(err)
	}
	room := append(data, "beyond"...)[:len(data)] // what stands behind is another's
	f, err := Parse(room)
	if err != nil || f.First != 0 || told(t, f) != "0:alone" || !bytes.Equal(f.Bytes(), slices.Concat(data, []byte{'\n'})) {
		t.Errorf("an event alone is %+v (%v)", f, err)
	}
	if got := room[:cap(room)][len(data)]; got != 'b' {
		t.Errorf("reading it writes %q behind it", got)
	}
}

func TestWhatIsNoFrame(t *testing.T) {
	for _, text := range []string{
		`{"first":`, `{"first":1,"count":1,"id":"a"}`, `{"first":1,"count":1,"id":"a"}` + "\n", `{"first":0,"count":1,"id":"a"}` + "\nx\n",
		`{"first":1,"count":0,"id":"a"}` + "\n", `{"first":1,"count":2,"id":"a"}` + "\nx\n", `{"first":1,"count":1,"id":"a"}` + "\nx\ny\n", `{"first":-1,"count":1}` + "\nx\n",
	} {
		if f, err := Parse([]byte(text)); err == nil {
			t.Errorf("%q is read as %+v", text, f)
		}
	}
	if _, err := Encode(event.Event{V: 2}); err == nil {
		t.Error("an event of another version is written")
	}
}
