package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// measureFlows counts flows with a session kept, each learner in a lab of their own
// with its feed open: authorization request, callback, token request, and every note,
// check and change recorded.
func (b *bench) measureFlows(ctx context.Context) error { return b.measurePlay(ctx, "flows", chapter) }

// measureOpenID counts flows of OpenID Connect, with an ID token that is signed and checked,
// UserInfo and one refresh, and beside them what bounds them: how many such signatures this
// machine makes in the same time.
func (b *bench) measureOpenID(ctx context.Context) error {
	if err := b.measurePlay(ctx, "openid", openIDChapter); err != nil {
		return err
	}
	for _, atOnce := range []int{1, runtime.NumCPU()} {
		n, err := signatures(atOnce, b.counts.signing)
		if err != nil {
			return err
		}
		b.report.add("openid", fmt.Sprintf("RS256 signatures of this machine, %d at once", atOnce), n, "1/s")
	}
	return nil
}

// signatures returns how many RS256 signatures a second are made by so many at once.
func signatures(atOnce int, during time.Duration) (perSecond float64, err error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return 0, err
	}
	hash := sha256.Sum256([]byte("what is signed"))
	var made atomic.Int64
	begun := time.Now()
	err = inParallel(atOnce, atOnce, func(int) error {
		for time.Since(begun) < during {
			if _, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, hash[:]); err != nil {
				return err
			}
			made.Add(1)
		}
		return nil
	})
	return float64(made.Load()) / time.Since(begun).Seconds(), err
}

func (b *bench) measurePlay(ctx context.Context, part, chapter string) error {
	for _, labs := range b.counts.labs {
		if err := b.with(ctx, func(p *program) error {
			finish := b.profile(ctx, p, fmt.Sprintf("%s-%d", part, labs))
			m, err := b.playRounds(ctx, p, labs, chapter)
			if err != nil {
				return err
			}
			m.report(b.report, part, fmt.Sprintf("%d at once: ", labs))
			return finish()
		}); err != nil {
			return err
		}
	}
	return nil
}

// played is what flows took.
type played struct {
	flows     int
	wall      time.Duration // of all, without what is between rounds
	processor time.Duration // of the program
	each      []time.Duration
}

func (m played) report(r *report, part, what string) {
	r.add(part, what+"flows", float64(m.flows)/m.wall.Seconds(), "1/s")
	r.add(part, what+"time of a flow, median", milliseconds(percentile(m.each, 50)), "ms")
	r.add(part, what+"time of a flow, 99 of 100", milliseconds(percentile(m.each, 99)), "ms")
	r.add(part, what+"processor time of the program for a flow", milliseconds(m.processor)/float64(m.flows), "ms")
}

// playRounds has so many learners at once run flows, in fresh labs each round, until
// there are enough.
func (b *bench) playRounds(ctx context.Context, p *program, labs int, chapter string) (m played, err error) {
	for m.flows < b.counts.flows {
		if err := b.play(ctx, p, labs, chapter, &m); err != nil {
			return m, err
		}
	}
	return m, nil
}

// play is one round, added to m.
func (b *bench) play(ctx context.Context, p *program, labs int, chapter string, m *played) error {
	learners, leave, err := prepared(ctx, b, labs, func(int) (*learner, error) { return newLearner(ctx, p, chapter) },
		func(l *learner) { l.leave() })
	defer leave()
	if err != nil {
		return err
	}
	before, err := p.processor(ctx)
	if err != nil {
		return err
	}
	var mu sync.Mutex // guards m
	begun := time.Now()
	err = inParallel(labs, labs, func(i int) error {
		for range b.counts.flowsPerLab {
			begun := time.Now()
			if err := learners[i].flow(ctx); err != nil {
				return err
			}
			mu.Lock()
			m.flows++
			m.each = append(m.each, time.Since(begun))
			mu.Unlock()
		}
		return nil
	})
	m.wall += time.Since(begun)
	if err != nil {
		return err
	}
	after, err := p.processor(ctx)
	m.processor += after - before
	return err
}

// patience is how often something that is not timed is tried: on a machine that is busy
// with other things, the program may find its store too slow, and close for a moment.
const patience = 10

// prepare calls do for every i below n, some at once, and again where it fails.
func (b *bench) prepare(ctx context.Context, n int, do func(i int) error) error {
	return inParallel(n, b.counts.inParallel, func(i int) (err error) {
		for range patience {
			if err = do(i); err == nil {
				return nil
			}
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return err
	})
}

// prepared prepares n of something, one for every i below n. leaveAll leaves those that
// there are, also where there is an error.
func prepared[T any](ctx context.Context, b *bench, n int, one func(i int) (*T, error), leave func(*T)) (all []*T, leaveAll func(), err error) {
	all = make([]*T, n)
	leaveAll = func() {
		for _, each := range all {
			if each != nil {
				leave(each)
			}
		}
	}
	return all, leaveAll, b.prepare(ctx, n, func(i int) (err error) {
		all[i], err = one(i)
		return err
	})
}

// inParallel calls do for every i below n, so many at once, and returns the first error.
func inParallel(n, atOnce int, do func(i int) error) error {
	next := make(chan int)
	failed := make(chan error, n)
	var working sync.WaitGroup
	for range min(n, atOnce) {
		working.Go(func() {
			for i := range next {
				if err := do(i); err != nil {
					failed <- err
				}
			}
		})
	}
	for i := range n {
		if len(failed) > 0 {
			break
		}
		next <- i
	}
	close(next)
	working.Wait()
	close(failed)
	return <-failed
}
