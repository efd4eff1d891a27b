package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"oauthlab/app/lab"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

// spare are descriptors that are needed beside one a follower.
const spare = 200

// measureFeed follows many labs, a real websocket each over loopback, and times single
// messages from the request that causes them to their arrival. What the followers cost
// in memory is the program's alone: their other ends are in this process.
func (b *bench) measureFeed(ctx context.Context) error {
	for _, labs := range b.counts.followed {
		name := fmt.Sprintf("%d labs followed: ", labs)
		if b.descriptor < uint64(labs+spare) {
			b.report.leftOut("feed", fmt.Sprintf("%sit takes %d open files, and %d are allowed (ulimit -n)", name, labs+spare, b.descriptor))
			continue
		}
		if err := b.with(ctx, func(p *program) error { return b.measureFollowers(ctx, p, labs, name) }); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) measureFollowers(ctx context.Context, p *program, labs int, name string) error {
	empty, err := p.use(ctx)
	if err != nil {
		return err
	}
	sessions, err := b.fill(ctx, p, labs)
	if err != nil {
		return err
	}
	filled, err := p.use(ctx)
	if err != nil {
		return err
	}
	followers, leave, err := prepared(ctx, b, labs, func(i int) (*follower, error) { return follow(ctx, p, sessions[i].Lab()) },
		func(f *follower) { f.leave() })
	defer leave()
	if err != nil {
		return err
	}
	followed, err := p.use(ctx)
	if err != nil {
		return err
	}
	perLab := func(what string, before, after float64) {
		b.report.add("feed", name+what, (after-before)/float64(labs)/1024, "KiB")
	}
	perLab("memory of a lab, resident", empty.resident, filled.resident)
	perLab("memory of a lab, heap and stacks", empty.live, filled.live)
	perLab("memory of a follower, resident", filled.resident, followed.resident)
	perLab("memory of a follower, heap and stacks", filled.live, followed.live)
	perLab("stored for a lab in which a login was begun", float64(empty.disk), float64(filled.disk))

	finish := b.profile(ctx, p, fmt.Sprintf("feed-%d", labs))
	arrived := make([]time.Duration, b.counts.messages)
	for i := range arrived {
		if arrived[i], err = followers[i*stride%labs].time(ctx, p); err != nil {
			return err
		}
	}
	b.report.add("feed", name+"request to message, median", milliseconds(percentile(arrived, 50)), "ms")
	b.report.add("feed", name+"request to message, 99 of 100", milliseconds(percentile(arrived, 99)), "ms")
	if err := finish(); err != nil {
		return err
	}
	finish = b.profile(ctx, p, fmt.Sprintf("quiet-%d", labs))
	before, err := p.processor(ctx)
	if err != nil {
		return err
	}
	select {
	case <-time.After(b.counts.quiet):
	case <-ctx.Done():
		return ctx.Err()
	}
	after, err := p.processor(ctx)
	if err != nil {
		return err
	}
	b.report.add("feed", name+"processor time in a second when all is quiet", milliseconds(after-before)/b.counts.quiet.Seconds(), "ms")
	return finish()
}

// stride is prime, so that its multiples visit every lab before they come back.
const stride = 7919

// fill makes labs in which one login was begun.
func (b *bench) fill(ctx context.Context, p *program, labs int) ([]*lab.Session, error) {
	sessions := make([]*lab.Session, labs)
	return sessions, b.prepare(ctx, labs, func(i int) (err error) {
		if sessions[i], err = p.open(ctx, chapter); err != nil {
			return err
		}
		return p.knock(ctx, sessions[i].Lab(), rand.Text())
	})
}

// follower is the far end of a feed.
type follower struct {
	lab   api.Lab
	leave func()
	await atomic.Pointer[awaited]
	ended chan error // gets why the feed ended, once
}

// awaited is a message that somebody waits for.
type awaited struct {
	marker []byte         // what the message has in it
	at     chan time.Time // gets the moment of its arrival, once
}

// follow opens the feed of a lab and waits until it tells what the log holds.
func follow(ctx context.Context, p *program, l api.Lab) (*follower, error) {
	address := "ws" + strings.TrimPrefix(p.lab, "http") + "/api/labs/" + l.ID + "/feed?after=0"
	conn, err := dial(ctx, address, []string{"oauthlab.v1", "key." + l.Key})
	if err != nil {
		return nil, err
	}
	f := &follower{lab: l, ended: make(chan error, 1)}
	f.leave = func() { conn.Close() } //nolint:errcheck // the program is about to end
	first := f.expect(event.NoteLabCreated)
	go func() { f.ended <- f.listen(ctx, conn) }()
	if _, err := f.wait(ctx, first); err != nil {
		f.leave()
		return nil, err
	}
	return f, nil
}

// expect returns what gets the moment at which a message with the marker arrives.
func (f *follower) expect(marker string) <-chan time.Time {
	a := &awaited{marker: []byte(marker), at: make(chan time.Time, 1)}
	f.await.Store(a)
	return a.at
}

// wait returns what expect promised.
func (f *follower) wait(ctx context.Context, arrival <-chan time.Time) (time.Time, error) {
	select {
	case at := <-arrival:
		return at, nil
	case err := <-f.ended:
		return time.Time{}, fmt.Errorf("the feed ended: %w", err)
	case <-ctx.Done():
		return time.Time{}, ctx.Err()
	}
}

// listen reads the feed until it ends.
func (f *follower) listen(ctx context.Context, conn lab.Socket) error {
	for {
		message, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		if a := f.await.Load(); a != nil && bytes.Contains(message, a.marker) {
			f.await.Store(nil)
			a.at <- time.Now()
		}
	}
}

// time sends a request to the lab and returns how long it took until the feed told of it.
func (f *follower) time(ctx context.Context, p *program) (time.Duration, error) {
	state := rand.Text()
	arrival := f.expect(state)
	begun := time.Now()
	if err := p.knock(ctx, f.lab, state); err != nil {
		return 0, err
	}
	at, err := f.wait(ctx, arrival)
	return at.Sub(begun), err
}
