package ui

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"oauthlab/app/browser"
	"oauthlab/app/lab"
	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
)

// callTimeout bounds what a button may take.
const callTimeout = 30 * time.Second

// desk is the learner's desk: what the page shows, and what its buttons do.
// Its methods are called on the goroutine that draws; what takes time runs
// beside it and comes back through draw.
type desk struct {
	content Content
	screen  screen
	log     timeline.Log
	session *lab.Session // nil until the lab is open

	draw   func(func()) // runs a function on the goroutine that draws, then draws
	ctx    context.Context
	cancel context.CancelFunc
	stop   func() // ends listening for callbacks

	acted    bool   // the learner has done something since the page was loaded
	heard    uint64 // position of the latest news of the log
	attacked bool   // an attack of the learner's has begun and not ended

	noKeys       atomic.Bool       // keys of one character do nothing
	stopKeys     func()            // ends listening for keys
	stopPointing func()            // ends marking what belongs together
	stopReturn   func()            // ends listening for the page's return
	stopLook     func()            // ends listening for links to the books
	looking      string            // address of the entry that was asked for last
	stepping     bool              // requests are shown before they are sent
	reply        chan<- draftReply // to the request that is shown; nil where none is

	progress   progress // what the learner has done; of version 0 until it is read
	remembered string   // as the browser keeps it

	reading stateReading

	inbox inbox
}

// inbox holds what the feed delivered since the last frame.
type inbox struct {
	mu     sync.Mutex // guards the rest
	events []event.Event
	status lab.Status
	why    string // of the status
	asked  bool   // a frame is asked for
}

func newDesk(content Content) *desk {
	d := &desk{content: content, stop: func() {}, stopKeys: func() {}, stopPointing: func() {}, stopReturn: func() {}, stopLook: func() {}}
	d.screen = screen{Status: lab.Connecting, Pane: paneLesson, Tab: tabDecoded}
	d.reduce()
	return d
}

// start opens the lab and follows its feed until close.
// l is what the link that led here asks for.
func (d *desk) start(draw func(func()), l link) {
	d.draw = draw
	d.ctx, d.cancel = context.WithCancel(context.Background())
	d.screen.Notice = notice{}
	ctx := d.ctx
	go func() {
		session, err := lab.Open(ctx, browser.NewDevice(), d.content.Chapter.ID)
		if err != nil {
			d.draw(func() {
				d.screen.Notice = notice{Text: "The lab could not be opened. " + explain(err), Again: true}
			})
			return
		}
		// The feed is dialled while the page is drawn anew. What it tells waits for the
		// next frame, and so comes after this.
		go d.draw(func() { d.opened(session, l) })
		session.Follow(ctx, d.receive)
	}()
}

// opened takes the session over, whose feed is followed. A callback that a full tab
// left behind is answered as soon as the feed runs.
func (d *desk) opened(session *lab.Session, l link) {
	d.session = session
	d.screen.Lab, d.screen.Open = session.Lab(), true
	browser.ComeBackHere()
	d.stop = browser.OnCallback(func(url string) {
		d.draw(func() { d.finish(url) })
	})
	said := d.screen.Notice // of what the browser kept; to arrive is no answer to it
	d.arrive(l)
	d.acted, d.screen.Notice = false, said
	if l.Problem != "" {
		d.screen.Notice = notice{Text: strings.TrimSpace(said.Text + " " + l.Problem), Calm: true}
	}
}

// close ends everything that start began.
func (d *desk) close() {
	d.stop()
	if d.cancel != nil {
		d.cancel()
	}
}

// again starts over, after the lab could not be opened or is gone. A new lab gets the
// switches of the old one.
func (d *desk) again() {
	l := link{}
	if d.screen.Lab.ID != "" {
		_, before := shareLink("", standings(d.screen.Lab, d.content.Chapter.Version))
		l = readLink(before, d.content.Chapter)
		l.Problem = "This is a new lab, with the switches of the old one. What happened in the old one is gone."
	}
	d.close()
	d.log = timeline.Log{}
	d.session, d.stop = nil, func() {}
	d.screen.Open, d.screen.Status = false, lab.Connecting
	d.clear()
	d.reduce()
	d.start(d.draw, l)
}

// receive takes an update of the feed. It is called on the feed's goroutine and
// waits for the next frame, so that a burst is drawn once.
func (d *desk) receive(u lab.Update) {
	d.inbox.mu.Lock()
	defer d.inbox.mu.Unlock()
	d.inbox.events = append(d.inbox.events, u.Events...)
	d.inbox.status, d.inbox.why = u.Status, u.Why
	if d.inbox.asked {
		return
	}
	d.inbox.asked = true
	browser.NextFrame(func() { go d.draw(d.flush) })
}

// flush shows what came since the last frame.
func (d *desk) flush() {
	d.inbox.mu.Lock()
	events, status := d.inbox.events, d.inbox.status
	d.screen.Why = d.inbox.why
	d.inbox.events, d.inbox.asked = nil, false
	d.inbox.mu.Unlock()

	was := d.screen.Status
	d.screen.Status = status
	switch {
	case status == lab.Gone:
		d.gone()
	case status == lab.Live && was == lab.Reconnecting:
		d.recovered()
	}
	if !d.log.Add(events) {
		return
	}
	at := d.present()
	if isReset(events) {
		d.forget()
		if was == lab.Live { // and not long ago; another tab may have done it
			d.screen.Answers, d.screen.Read = nil, nil
		}
	}
	d.reduce()
	d.follow(events, at)
	d.watchState(events)
	for _, e := range events {
		if timeline.IsSwitch(e) {
			d.refresh()
			return
		}
	}
}

// reduce makes the view of the log anew.
func (d *desk) reduce() {
	before := d.screen.Steps
	d.screen.View = d.log.View()
	d.screen.Steps = d.steps()
	d.report(d.linger(before))
	d.remember()
	if d.screen.Selected != 0 {
		d.inspect(d.screen.Selected)
	}
}

// inspect shows the event at seq in the inspector.
func (d *desk) inspect(seq uint64) {
	if m, ok := timeline.Inspect(d.log.Events(), seq); ok {
		d.screen.Message, d.screen.Selected = m, seq
	} else {
		d.screen.Message, d.screen.Selected = timeline.Message{}, 0
	}
}

// call runs what takes time beside the drawing. done runs on the goroutine that
// draws; an error becomes a sentence on the screen before it.
func (d *desk) call(b busy, work func(ctx context.Context, s *lab.Session) error, done func()) {
	if d.session == nil || b != idle && d.screen.Busy != idle {
		return
	}
	if b != idle {
		d.screen.Busy, d.screen.Said, d.acted = b, "", true
		d.dismiss()
	}
	session := d.session
	ctx, cancel := context.WithTimeout(d.ctx, d.patience())
	go func() {
		defer cancel()
		err := work(ctx, session)
		d.draw(func() {
			if b != idle {
				d.screen.Busy = idle
			}
			switch {
			case err == nil:
			case isGone(err):
				d.gone()
			default:
				d.complain(err)
			}
			d.screen.Lab = session.Lab()
			if err == nil && done != nil {
				done()
			}
		})
	}()
}
