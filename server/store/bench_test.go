package store

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
)

// benchDocument comes to about 8 KiB as JSON.
var benchDocument = state{Text: strings.Repeat("a document of a lab in use ", 300)}

// benchEvents are the events of one busy request, about 700 bytes each.
func benchEvents(n int) []event.Event {
	all := make([]event.Event, n)
	for i := range all {
		all[i] = note(uuid.NewString())
		all[i].Note.Text = strings.Repeat("what happened ", 40)
	}
	return all
}

func BenchmarkGet(b *testing.B) {
	s, lab := openIn(b, b.TempDir()), uuid.New()
	d := For[state](s, Auth)
	if err := d.Create(b.Context(), lab, benchDocument); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := d.Get(b.Context(), lab); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUpdate(b *testing.B) {
	for _, events := range []int{0, 1, 6} {
		b.Run(fmt.Sprintf("events=%d", events), func(b *testing.B) {
			s, lab := openIn(b, b.TempDir()), uuid.New()
			d := For[state](s, Auth)
			if err := d.Create(b.Context(), lab, benchDocument); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				told := benchEvents(events)
				err := d.Update(b.Context(), lab, func(doc *state, out *Outbox) error {
					doc.Count++
					for _, e := range told {
						out.Add(e)
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	b.Run("one lab", func(b *testing.B) {
		s, lab := openIn(b, b.TempDir()), uuid.New()
		for b.Loop() {
			if _, err := s.Append(b.Context(), lab, benchEvents(1)...); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("many labs at once", func(b *testing.B) {
		s := openIn(b, b.TempDir())
		b.SetParallelism(32)
		b.RunParallel(func(pb *testing.PB) {
			lab := uuid.New()
			for pb.Next() {
				if _, err := s.Append(b.Context(), lab, benchEvents(1)...); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// BenchmarkEvents reads a lab's log of 150 events that stands between those of
// many others, which is what a page that opens asks for.
func BenchmarkEvents(b *testing.B) {
	for _, labs := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("labs=%d", labs), func(b *testing.B) {
			s := openIn(b, b.TempDir())
			ids := make([]uuid.UUID, labs)
			for i := range ids {
				ids[i] = uuid.New()
			}
			for range 150 {
				for _, lab := range ids {
					if _, err := s.Append(b.Context(), lab, benchEvents(1)...); err != nil {
						b.Fatal(err)
					}
				}
			}
			for _, after := range []uint64{0, 100, 150} {
				b.Run(fmt.Sprintf("after=%d", after), func(b *testing.B) {
					for b.Loop() {
						n := uint64(0)
						err := s.Events(b.Context(), ids[labs/2], after, func(event.Event) error { n++; return nil })
						if err != nil || n != 150-after {
							b.Fatalf("%d events, %v", n, err)
						}
					}
				})
			}
		})
	}
}

// BenchmarkFollow is one event to each of many followers, a lab each.
func BenchmarkFollow(b *testing.B) {
	const followers = 10_000
	s := openIn(b, b.TempDir())
	labs := make([]uuid.UUID, followers)
	var started atomic.Int64
	heard := make(chan struct{}, followers)
	for i := range labs {
		labs[i] = uuid.New()
		if _, err := s.Append(b.Context(), labs[i], note("first")); err != nil {
			b.Fatal(err)
		}
		go s.Follow(b.Context(), labs[i], 0, func(e event.Event) error {
			started.Add(1)
			heard <- struct{}{}
			return nil
		})
	}
	for range labs {
		<-heard
	}
	i := 0
	for b.Loop() {
		if _, err := s.Append(b.Context(), labs[i%followers], benchEvents(1)...); err != nil {
			b.Fatal(err)
		}
		<-heard
		i++
	}
}
