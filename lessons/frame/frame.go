// Package frame is the form in which the log of a lab is kept and passed on. It is apart
// from event, for its errors are no learner's.
package frame

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"oauthlab/lessons/event"
)

// Frame is some events of a log as they are kept and passed on: what one request or one
// step told, whole. As bytes it is a line of JSON, the head, and then an event a line:
//
//	{"first":12,"count":2,"id":"5f0c…"}
//	{"v":1,"seq":12,"id":"5f0c…", …}
//	{"v":1,"seq":13, …}
//
// Each line ends with a newline. A gap is no part of the log, so it has no head.
type Frame struct {
	First uint64 // position of its first event; 0: there is no head
	Count int    // of its events
	ID    string // that of its first event as it was written
	Lines []byte // an event a line
	bytes []byte // with the head; nil: to be made
}

// headBegin is how a head begins, and no event does.
var headBegin = []byte(`{"first":`)

// lineBegin is how each event of event.Version begins, before its position.
const lineBegin = `{"v":1,"seq":`

// Encode returns e as JSON without a position, which AppendLine gives it.
func Encode(e event.Event) ([]byte, error) {
	e.Seq = 0
	data, err := json.Marshal(e)
	if err == nil && !bytes.HasPrefix(data, []byte(lineBegin+"0,")) {
		err = errors.New("frame: this is no version that is written")
	}
	return data, err
}

// AppendLine appends an encoded event as the line at a position, whatever position it
// had, and returns the extended buffer.
func AppendLine(to, encoded []byte, seq uint64) []byte {
	rest := encoded[len(lineBegin):]
	rest = rest[bytes.IndexByte(rest, ','):]
	to = strconv.AppendUint(append(to, lineBegin...), seq, 10)
	return append(append(to, rest...), '\n')
}

// New makes a frame of encoded events, which take the positions from first on. id
// is that of the first.
func New(first uint64, id string, encoded [][]byte) Frame {
	size := len(headBegin) + len(id) + 64
	for _, e := range encoded {
		size += len(e) + 24
	}
	data := appendHead(make([]byte, 0, size), first, len(encoded), id)
	head := len(data)
	for i, e := range encoded {
		data = AppendLine(data, e, first+uint64(i))
	}
	return Frame{First: first, Count: len(encoded), ID: id, Lines: data[head:], bytes: data}
}

func appendHead(to []byte, first uint64, count int, id string) []byte {
	to = strconv.AppendUint(append(to, headBegin...), first, 10)
	to = strconv.AppendInt(append(to, `,"count":`...), int64(count), 10)
	name, _ := json.Marshal(id) // a string always can be
	return append(append(append(to, `,"id":`...), name...), "}\n"...)
}

// Parse reads a frame. The events are not looked at. What has no head is a single
// event, as older releases kept them, or something else that is one line of JSON: then
// First is 0.
func Parse(data []byte) (Frame, error) {
	if !bytes.HasPrefix(data, headBegin) {
		return Frame{Lines: slices.Concat(bytes.TrimSuffix(data, []byte{'\n'}), []byte{'\n'})}, nil
	}
	line, lines, found := bytes.Cut(data, []byte{'\n'})
	var head struct {
		First uint64 `json:"first"`
		Count int    `json:"count"`
		ID    string `json:"id"`
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return Frame{}, fmt.Errorf("frame: head: %w", err)
	}
	if !found || head.First == 0 || head.Count < 1 || bytes.Count(lines, []byte{'\n'}) != head.Count {
		return Frame{}, fmt.Errorf("frame: %d events from position %d have %d lines", head.Count, head.First, bytes.Count(lines, []byte{'\n'}))
	}
	return Frame{First: head.First, Count: head.Count, ID: head.ID, Lines: lines, bytes: data}, nil
}

// Last is the position of the frame's last event.
func (f Frame) Last() uint64 { return f.First + uint64(f.Count) - 1 }

// Behind returns the frame without the events up to a position, of which it has more.
func (f Frame) Behind(after uint64) Frame {
	if f.First == 0 || after < f.First {
		return f
	}
	for f.First <= after {
		_, f.Lines, _ = bytes.Cut(f.Lines, []byte{'\n'})
		f.First, f.Count = f.First+1, f.Count-1
	}
	f.bytes = nil
	return f
}

// Bytes returns the frame with its head, where it has one.
func (f Frame) Bytes() []byte {
	if f.First == 0 {
		return f.Lines
	}
	if f.bytes == nil {
		f.bytes = append(appendHead(nil, f.First, f.Count, f.ID), f.Lines...)
	}
	return f.bytes
}

// Events decodes the frame's events and calls each for every one, until that fails.
func (f Frame) Events(each func(event.Event) error) error {
	for line := range bytes.Lines(f.Lines) {
		var e event.Event
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("decode event: %w", err)
		}
		if err := each(e); err != nil {
			return err
		}
	}
	return nil
}

// IDs calls each for the id of every event.
func (f Frame) IDs(each func(id string)) error {
	for line := range bytes.Lines(f.Lines) {
		id, err := IDOf(line)
		if err != nil {
			return err
		}
		each(id)
	}
	return nil
}

// IDOf finds the id in an encoded event: it stands right behind the position.
func IDOf(line []byte) (string, error) {
	if rest, found := bytes.CutPrefix(line, []byte(lineBegin)); found {
		rest, found = bytes.CutPrefix(bytes.TrimLeft(rest, "0123456789"), []byte(`,"id":"`))
		if end := bytes.IndexAny(rest, `"\`); found && end >= 0 && rest[end] == '"' {
			return string(rest[:end]), nil
		}
	}
	var e struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(line, &e); err != nil {
		return "", fmt.Errorf("decode event: %w", err)
	}
	return e.ID, nil
}
