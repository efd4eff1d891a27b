package feed

import (
	"context"
	"sync"
	"time"
)

// pulse asks a follower again and again whether it is still there. Between two
// questions it is a timer and no goroutine, whose stack would cost more than all the
// rest: there are thousands of followers, and most of them are quiet.
type pulse struct {
	ctx   context.Context             // of each question
	ping  func(context.Context) error // returns when there was an answer
	every time.Duration
	lost  func(error) // is called at most once, with why there was no answer

	mu    sync.Mutex
	timer *time.Timer // guarded by mu; nil once ended
}

// newPulse asks for the first time when a while has passed.
func newPulse(ctx context.Context, ping func(context.Context) error, every time.Duration, lost func(error)) *pulse {
	p := &pulse{ctx: ctx, ping: ping, every: every, lost: lost}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer = time.AfterFunc(every, p.ask)
	return p
}

// ask asks once, and sees to it that the next question is asked.
func (p *pulse) ask() {
	ctx, cancel := context.WithTimeout(p.ctx, writeWait)
	defer cancel()
	if err := p.ping(ctx); err != nil {
		p.lost(err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Reset(p.every)
	}
}

// end asks no more. A question under way ends with the connection.
func (p *pulse) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer.Stop()
	p.timer = nil
}
