package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nhooyr.io/websocket"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/frame"
)

// stage is a feed over HTTP, in the lab of a bench.
type stage struct {
	*bench
	feed   *Feed
	at     string        // the feed's address
	served chan struct{} // a value whenever Serve has returned
	end    func()        // ends the context that the server's requests have
}

func newStage(t *testing.T) *stage {
	t.Helper()
	b := newBench(t, Route{Serve: fine})
	feed := &Feed{Labs: b.labs, Log: slog.New(slog.DiscardHandler)}
	base, end := context.WithCancel(context.WithoutCancel(t.Context()))
	s := &stage{bench: b, feed: feed, served: make(chan struct{}, 16), end: end}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		after, err := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64)
		if err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(base, cancel)()
		feed.Serve(w, r.WithContext(ctx), b.lab, after)
		s.served <- struct{}{}
	}))
	t.Cleanup(func() {
		end()
		server.Close()
	})
	s.at = server.URL
	return s
}

// follow opens the feed behind the position after.
func (s *stage) follow(after uint64, protocols ...string) (*websocket.Conn, *http.Response) {
	s.Helper()
	conn, resp, err := websocket.Dial(s.Context(), fmt.Sprintf("%s/?after=%d", s.at, after),
		&websocket.DialOptions{Subprotocols: protocols})
	if err != nil {
		s.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	s.Cleanup(func() { conn.CloseNow() }) //nolint:errcheck // closed where it matters
	return conn, resp
}

// next reads one message and what it says.
func (s *stage) next(conn *websocket.Conn) (event.Event, api.Refusal) {
	s.Helper()
	kind, data, err := conn.Read(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	if kind != websocket.MessageText {
		s.Fatalf("a message of kind %v", kind)
	}
	var e event.Event
	var refusal api.Refusal
	for _, into := range []any{&e, &refusal} {
		if err := json.Unmarshal(data, into); err != nil {
			s.Fatalf("%v in %s", err, data)
		}
	}
	return e, refusal
}

func (s *stage) send(conn *websocket.Conn, e any) {
	s.Helper()
	data, err := json.Marshal(e)
	if err != nil {
		s.Fatal(err)
	}
	if err := conn.Write(s.Context(), websocket.MessageText, data); err != nil {
		s.Fatal(err)
	}
}

// closing reads until the feed ends the connection.
func (s *stage) closing(conn *websocket.Conn) websocket.CloseError {
	s.Helper()
	for {
		_, _, err := conn.Read(s.Context())
		if err == nil {
			continue
		}
		var closed websocket.CloseError
		if !errors.As(err, &closed) {
			s.Fatalf("the connection ends without a word: %v", err)
		}
		return closed
	}
}

// note is one of the client's own.
func note(id string) event.Event {
	return event.Event{
		V: event.Version, ID: id, Time: noon, From: event.Client, Kind: event.KindNote,
		Note: &event.Note{Name: event.NoteState, Text: "made a state"},
	}
}

func TestTheFeedResumesBehindAPosition(t *testing.T) {
	s := newStage(t)
	ids := s.appendNotes(5) // at 2 to 6; the lab's creation is 1
	for after := range uint64(7) {
		t.Run(fmt.Sprint("after ", after), func(t *testing.T) {
			conn, _ := s.follow(after, Protocol)
			for seq := after + 1; seq <= 6; seq++ {
				e, _ := s.next(conn)
				if e.Seq != seq || seq > 1 && e.ID != ids[seq-2] {
					t.Fatalf("position %d is %+v", seq, e)
				}
			}
			conn.CloseNow() //nolint:errcheck // the follower leaves
			<-s.served
		})
	}
	// Then live: what is told now follows what was read, without gap or repeat.
	conn, _ := s.follow(4, Protocol)
	for seq := uint64(5); seq <= 6; seq++ {
		if e, _ := s.next(conn); e.Seq != seq {
			t.Fatalf("position %d is %+v", seq, e)
		}
	}
	for i, id := range s.appendNotes(3) {
		if e, _ := s.next(conn); e.Seq != uint64(7+i) || e.ID != id {
			t.Fatalf("live event %d is %+v", i, e)
		}
	}
}

// A position that the log does not have yet means that it began anew.
func TestAPositionBehindTheEndIsSaidToBeAGap(t *testing.T) {
	s := newStage(t)
	conn, _ := s.follow(99, Protocol)
	e, _ := s.next(conn)
	if e.Gap == nil || e.Kind != event.KindGap || e.Gap.After != 99 || e.Gap.Next != 1 {
		t.Fatalf("it begins with %+v", e)
	}
	if e, _ := s.next(conn); e.Seq != 1 {
		t.Errorf("and goes on with %+v", e)
	}
}

func TestTheKeyIsNotEchoedAsTheProtocol(t *testing.T) {
	tests := []struct {
		name    string
		offered []string
		want    string
	}{
		{"the protocol before the key", []string{Protocol, KeyProtocol + "secret"}, Protocol},
		{"the key before the protocol", []string{KeyProtocol + "secret", Protocol}, Protocol},
		{"the key alone", []string{KeyProtocol + "secret"}, ""},
		{"nothing", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			conn, resp := s.follow(0, tt.offered...)
			if conn.Subprotocol() != tt.want {
				t.Errorf("selected %q, want %q", conn.Subprotocol(), tt.want)
			}
			if strings.Contains(fmt.Sprint(resp.Header), "secret") {
				t.Errorf("the key stands in %v", resp.Header)
			}
		})
	}
}

// A page of another site cannot follow a lab, even with the key.
func TestAPageOfAnotherOriginCannotConnect(t *testing.T) {
	s := newStage(t)
	_, resp, err := websocket.Dial(t.Context(), s.at+"/?after=0", &websocket.DialOptions{
		Subprotocols: []string{Protocol}, HTTPHeader: http.Header{"Origin": {"http://127.0.0.1:8083"}},
	})
	if err == nil || resp == nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("it is answered %v, %v", resp, err)
	}
}

func TestWhatAClientMayTell(t *testing.T) {
	verdict := note("v1")
	verdict.Kind, verdict.Note = event.KindVerdict, nil
	verdict.Verdict = &event.Verdict{Guard: "state.compare", Outcome: event.Passed}
	toBrowser, fromBrowser := note("n2"), note("n3")
	toBrowser.To = event.Browser
	fromBrowser.From, fromBrowser.To = event.Browser, event.Client
	claims := note("n4")
	claims.Seq = 4711

	s := newStage(t)
	conn, _ := s.follow(1, Protocol)
	for i, e := range []event.Event{note("n1"), verdict, toBrowser, fromBrowser, claims} {
		s.send(conn, e)
		echo, _ := s.next(conn)
		e.Seq = uint64(i + 2) // the log's to give
		if fmt.Sprintf("%+v", flat(echo)) != fmt.Sprintf("%+v", flat(e)) {
			t.Errorf("the echo of %+v is %+v", flat(e), flat(echo))
		}
	}
	s.send(conn, note("n1")) // told again
	s.send(conn, note("n5"))
	if echo, _ := s.next(conn); echo.ID != "n5" || echo.Seq != 7 {
		t.Errorf("a note told twice is followed by %+v", echo)
	}
}

// flat puts an event into a text that can be compared.
func flat(e event.Event) string {
	data, err := json.Marshal(e)
	return fmt.Sprint(string(data), err)
}

func TestWhatAClientMayNotTellIsRefusedAndTheFeedGoesOn(t *testing.T) {
	with := func(change func(*event.Event)) event.Event {
		e := note("n1")
		change(&e)
		return e
	}
	tests := []struct {
		name string
		sent event.Event
		says string
	}{
		{"as the authorization server", with(func(e *event.Event) { e.From = event.Auth }), "itself"},
		{"as the lab", with(func(e *event.Event) { e.From = event.Lab }), "itself"},
		{"as Mallory", with(func(e *event.Event) { e.From = event.Mallory }), "itself"},
		{"to Mallory", with(func(e *event.Event) { e.To = event.Mallory }), "itself"},
		{"as a client in upper case", with(func(e *event.Event) { e.From = "CLIENT" }), "itself"},
		{"without a sender", with(func(e *event.Event) { e.From = "" }), "from"},
		{"without an id", with(func(e *event.Event) { e.ID = "" }), "id"},
		{"with a long id", with(func(e *event.Event) { e.ID = strings.Repeat("x", 65) }), "id"},
		{"of another version", with(func(e *event.Event) { e.V = 2 }), "version"},
		{"without a body", with(func(e *event.Event) { e.Note = nil }), "body"},
		{"with two bodies", with(func(e *event.Event) { e.Gap = &event.Gap{} }), "body"},
		{"with a body that its kind does not name", with(func(e *event.Event) { e.Kind = event.KindVerdict }), "kind"},
		{"with too many fields", with(func(e *event.Event) { e.Note.Fields = make([]event.Field, event.MaxFields+1) }), "fields"},
		{"a change", with(func(e *event.Event) {
			e.Kind, e.Note, e.Change = event.KindChange, nil, &event.Change{What: "code", Action: "spent"}
		}), "notes and verdicts"},
		{"a request", with(func(e *event.Event) {
			e.Kind, e.Note, e.Request = event.KindRequest, nil, &event.Request{Method: "GET"}
		}), "notes and verdicts"},
		{"an answer", with(func(e *event.Event) {
			e.Kind, e.Note, e.Response = event.KindResponse, nil, &event.Response{Status: 200}
		}), "notes and verdicts"},
		{"a gap", with(func(e *event.Event) { e.Kind, e.Note, e.Gap = event.KindGap, nil, &event.Gap{After: 1, Next: 9} }), "notes and verdicts"},
	}
	s := newStage(t)
	conn, _ := s.follow(1, Protocol)
	for _, tt := range tests {
		s.send(conn, tt.sent)
		e, refusal := s.next(conn)
		if refusal.Code != "invalid_event" || !strings.Contains(refusal.Description, tt.says) || refusal.Hint == "" || e.ID != tt.sent.ID {
			t.Errorf("%s: answered %+v to %q, should say %q", tt.name, refusal, e.ID, tt.says)
		}
	}
	if all := s.events(); len(all) != 0 {
		t.Errorf("the log has %+v", all)
	}
	s.send(conn, note("n2"))
	if e, _ := s.next(conn); e.ID != "n2" || e.Seq != 2 {
		t.Errorf("then it goes on with %+v", e)
	}
}

// Whatever a client may send is taken or refused: were the feed cut instead, the
// client would come back and send it again, for ever.
func TestAnEventThatTheLogCannotHoldIsRefused(t *testing.T) {
	s := newStage(t)
	conn, _ := s.follow(1, Protocol)
	text := `{"v":1,"id":"n1","time":"2026-01-02T12:00:00Z","flow":"","from":"client","kind":"note","note":{"name":"x","text":"` +
		strings.Repeat("<", event.MaxSize-256) + `"}}`
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
		t.Fatal(err)
	}
	if e, refusal := s.next(conn); refusal.Code != "invalid_event" || e.ID != "n1" {
		t.Errorf("answered %+v %+v", e, refusal)
	}
}

func TestWhatIsNoEventEndsTheFeed(t *testing.T) {
	tests := []struct {
		name string
		kind websocket.MessageType
		data string
		want websocket.StatusCode
	}{
		{"what is no JSON", websocket.MessageText, "nonsense", websocket.StatusPolicyViolation},
		{"nothing", websocket.MessageText, "", websocket.StatusPolicyViolation},
		{"a list", websocket.MessageText, "[]", websocket.StatusPolicyViolation},
		{"an event in a binary message", websocket.MessageBinary, flatNote(), websocket.StatusPolicyViolation},
		{"two events in one message", websocket.MessageText, flatNote() + flatNote(), websocket.StatusPolicyViolation},
		{"a message that is too large", websocket.MessageText, `"` + strings.Repeat("a", event.MaxSize) + `"`, websocket.StatusMessageTooBig},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			conn, _ := s.follow(1, Protocol)
			if err := conn.Write(t.Context(), tt.kind, []byte(tt.data)); err != nil {
				t.Fatal(err)
			}
			closed := s.closing(conn)
			if closed.Code != tt.want {
				t.Errorf("it ends with %+v, want %v", closed, tt.want)
			}
			<-s.served
			if all := s.events(); len(all) != 0 {
				t.Errorf("the log has %+v", all)
			}
		})
	}
}

func flatNote() string {
	data, err := json.Marshal(note("n1"))
	if err != nil {
		panic(err)
	}
	return string(data)
}

// Who leaves is not waited for.
func TestTheFeedEndsWithItsFollower(t *testing.T) {
	s := newStage(t)
	conn, _ := s.follow(0, Protocol)
	s.next(conn)
	if err := conn.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Fatal(err)
	}
	<-s.served
	// Gone without a word.
	conn, _ = s.follow(0, Protocol)
	s.next(conn)
	conn.CloseNow() //nolint:errcheck // without a word
	<-s.served
}

func TestAStoreThatClosesSaysThatTheLabIsClosing(t *testing.T) {
	s := newStage(t)
	conn, _ := s.follow(0, Protocol)
	s.next(conn)
	if err := s.labs.Store.Close(); err != nil {
		t.Fatal(err)
	}
	if closed := s.closing(conn); closed.Code != websocket.StatusGoingAway || closed.Reason != "the lab is closing" {
		t.Errorf("it ends with %+v", closed)
	}
	<-s.served
}

// A process that ends takes the context of its requests away.
func TestAProcessThatEndsSaysThatTheLabIsClosing(t *testing.T) {
	s := newStage(t)
	conn, _ := s.follow(0, Protocol)
	s.next(conn)
	s.end()
	if closed := s.closing(conn); closed.Code != websocket.StatusGoingAway {
		t.Errorf("it ends with %+v", closed)
	}
	<-s.served
}

// Two clients in one lab see the same, each from where it stands.
func TestFollowersOfOneLabSeeOneLog(t *testing.T) {
	s := newStage(t)
	first, _ := s.follow(0, Protocol)
	second, _ := s.follow(1, Protocol)
	s.next(first)
	s.send(first, note("n1"))
	s.send(second, note("n2"))
	for position := uint64(2); position <= 3; position++ {
		one, _ := s.next(first)
		two, _ := s.next(second)
		if one.Seq != position || flat(one) != flat(two) {
			t.Errorf("at %d one sees %+v and the other %+v", position, one, two)
		}
	}
}

// A lab's feed is its own, whatever is told beside it.
func TestTheFeedTellsItsOwnLabOnly(t *testing.T) {
	s := newStage(t)
	other, _, err := s.labs.Create(t.Context(), "v03")
	if err != nil {
		t.Fatal(err)
	}
	conn, _ := s.follow(1, Protocol)
	if err := s.labs.Record(t.Context(), other, note("stranger")); err != nil {
		t.Fatal(err)
	}
	s.send(conn, note("mine"))
	if e, _ := s.next(conn); e.ID != "mine" {
		t.Errorf("the feed tells %+v", e)
	}
}

// frames reads the next message of a feed of frames.
func (s *stage) frame(conn *websocket.Conn) frame.Frame {
	s.Helper()
	kind, data, err := conn.Read(s.Context())
	if err != nil || kind != websocket.MessageText {
		s.Fatalf("a message of kind %v: %v", kind, err)
	}
	f, err := frame.Parse(data)
	if err != nil {
		s.Fatal(err)
	}
	return f
}

// Whoever asks for frames gets them as they are kept, cut where its position is inside one;
// whoever does not gets their events, one a message.
func TestTheFeedPassesFramesOn(t *testing.T) {
	s := newStage(t)
	step := []event.Event{note("n1"), note("n2"), note("n3")}
	if err := s.labs.Record(t.Context(), s.lab, step...); err != nil {
		t.Fatal(err)
	}
	for after, want := range map[uint64][]string{1: {"n1", "n2", "n3"}, 2: {"n2", "n3"}, 3: {"n3"}} {
		conn, _ := s.follow(after, FrameProtocol, Protocol)
		f := s.frame(conn)
		if f.First != after+1 || f.Count != len(want) {
			t.Errorf("behind %d comes a frame of %d from %d", after, f.Count, f.First)
		}
		var ids []string
		if err := f.IDs(func(id string) { ids = append(ids, id) }); err != nil || !slices.Equal(ids, want) {
			t.Errorf("behind %d it tells %v (%v), want %v", after, ids, err, want)
		}
		one, _ := s.follow(after, Protocol)
		for i, id := range want {
			if e, _ := s.next(one); e.ID != id || e.Seq != after+1+uint64(i) {
				t.Errorf("behind %d an event a message tells %+v, want %s", after, e, id)
			}
		}
	}
}

// A frame that a follower could not read in one message comes in several.
func TestALongFrameComesInParts(t *testing.T) {
	s := newStage(t)
	var step []event.Event
	for i := range 3 {
		e := note(fmt.Sprint("long", i))
		e.Note.Text = strings.Repeat("x", maxFrame/2)
		step = append(step, e)
	}
	if _, err := s.labs.Store.Append(t.Context(), s.lab.ID, step...); err != nil {
		t.Fatal(err)
	}
	conn, _ := s.follow(1, FrameProtocol)
	for i, want := range step {
		if e, _ := s.next(conn); e.ID != want.ID || e.Seq != uint64(i+2) {
			t.Errorf("part %d is %s at %d", i, e.ID, e.Seq)
		}
	}
}

// What a client tells in one step is taken whole or not at all, in one frame, and once.
func TestAStepIsTakenWhole(t *testing.T) {
	s := newStage(t)
	conn, _ := s.follow(1, FrameProtocol)
	bad := note("bad")
	bad.From = event.Auth
	s.send(conn, []event.Event{note("n1"), bad})
	if _, no := s.next(conn); no.Code != "invalid_event" {
		t.Fatalf("a step with what a client may not tell: %+v", no)
	}
	opens := note("n3")
	opens.Note = &event.Note{Name: event.NoteOpen, Fields: []event.Field{{Name: "url", Value: "http://localhost:8081/authorize"}}}
	for range 2 { // as after a cut
		s.send(conn, []event.Event{note("n1"), note("n2"), opens})
		s.send(conn, []event.Event{note("n4"), note("n5")})
	}
	s.send(conn, note("last"))
	for _, want := range []string{"2 to 4", "5 to 6", "7 to 7"} {
		f := s.frame(conn)
		if got := fmt.Sprintf("%d to %d", f.First, f.Last()); got != want {
			t.Errorf("a frame from %s, want %s", got, want)
		}
	}
}
