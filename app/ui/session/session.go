// Package session is the page of a chapter at work: what it shows (Screen), and what
// its buttons do (Controller). It draws nothing: the components read the one, and call
// the other. Nobody else changes what a page shows.
//
// What the learner has done is kept in the browser (progress), what the lab's switches
// say is read into ProtectionStatus, and a link into the page (link) says how the lab is
// to stand.
package session

import (
	"context"
	"strings"
	"sync"
	"time"

	"oauthlab/app/browser"
	"oauthlab/app/client"
	"oauthlab/app/lab"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/page"
	"oauthlab/lessons/event"
	"oauthlab/lessons/progress"
)

// callTimeout bounds what a button may take.
const callTimeout = 30 * time.Second

// Controller holds what the page of a chapter shows, and does what its buttons ask for.
// Its methods are called on the goroutine that draws; what takes time runs
// beside it and comes back through draw.
type Controller struct {
	content page.Content
	screen  Screen
	log     timeline.Log
	session *lab.Session // nil until the lab is open

	draw   func(func()) // runs a function on the goroutine that draws, then draws
	ctx    context.Context
	cancel context.CancelFunc
	stop   func() // ends listening for callbacks

	acted    bool   // the learner has done something since the page was loaded
	heard    uint64 // position of the latest news of the log
	attacked bool   // an attack of the learner's has begun and not ended, or not been told whole

	attackedAfter uint64 // position of the last event before it
	attackEnded   bool   // it has ended, and waits for the story to come there
	attackTold    bool   // its story was left, or has come to its end
	stopPacing    func() // ends waiting for the next message of a replay

	stopListening func()            // to keys, to links of the books, to what is pointed at, to the page's return
	looking       string            // address of the entry that was asked for last
	stepping      bool              // requests are shown before they are sent
	reply         chan<- draftReply // to the request that is shown; nil where none is

	progress   progress.Progress // what the learner has done; of version 0 until it is read
	remembered string            // as the browser keeps it

	reading drawerReading

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

// New returns the controller of a page that says content. Open opens its lab.
func New(content page.Content) *Controller {
	c := &Controller{content: content, stop: func() {}, stopListening: func() {}, stopPacing: func() {}}
	c.screen = Screen{Status: lab.Connecting, Pane: PaneLesson, Tab: TabDecoded}
	c.reduce()
	return c
}

// Resume returns the controller of a page whose screen stands as change makes it, with
// events in the log of its lab: for tests. It has no lab to act on.
func Resume(content page.Content, change func(*Screen), events ...event.Event) *Controller {
	c := New(content)
	c.draw = func(f func()) { f() }
	if change != nil {
		change(&c.screen)
	}
	c.log.Add(events)
	c.reduce()
	return c
}

// Screen returns what the page shows.
func (c *Controller) Screen() Screen { return c.screen }

// Content returns what the page says.
func (c *Controller) Content() page.Content { return c.content }

// Open takes up what the browser keeps of this page, opens the lab, and listens to the
// learner until leave. It is called in the browser only. draw runs a function on the
// goroutine that draws, then draws. l is what the link that led here asks for.
func (c *Controller) Open(draw func(func()), l Link) {
	c.beginTour(l.Tour)
	c.Resized()
	c.screen.Forgets = browser.DeniesStorage()
	_, c.screen.Linked = browser.Keep().Get(asideKey)
	c.recallByHand()
	c.recallPace()
	if l.Step != "" {
		c.FoldStep(l.Step, true)
		AfterDraw(func() { browser.ScrollTo(`[data-step="` + l.Step + `"]`) })
	}
	c.start(draw, l)
	c.screen.Must = l.Must
	c.recall()
	c.listen()
}

// listen hears what the learner does outside of the components.
func (c *Controller) listen() {
	stopReturn := browser.OnReturn(func() { c.draw(c.BringBack) }) // as whoever opens the page does
	stopPointing := browser.Point("is-pointed")
	stopLook := browser.OnLink(termLinks, func(address string) {
		c.draw(func() { c.look(address) })
	})
	stopKeys := browser.OnKey(func(key string) bool {
		if !c.takesKey(key) {
			return false
		}
		c.draw(func() { c.press(key) })
		return true
	})
	stopKept := browser.OnKept(keysKey, func() { c.draw(func() {}) }) // what is said of the keys
	c.stopListening = func() {
		stopKeys()
		stopKept()
		stopPointing()
		stopReturn()
		stopLook()
	}
}

// Leave ends everything that open began.
func (c *Controller) Leave() {
	c.stopListening()
	c.stopPacing()
	c.close()
}

// Resized takes note of how many columns there is room for.
func (c *Controller) Resized() { c.screen.Narrow = browser.IsNarrow() }

// start opens the lab and follows its feed until close.
// l is what the link that led here asks for.
func (c *Controller) start(draw func(func()), l Link) {
	c.draw = draw
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.screen.Notice = Notice{}
	ctx := c.ctx
	go func() {
		session, err := lab.Open(ctx, browser.NewDevice(), c.content.Chapter.ID)
		if err != nil {
			c.draw(func() {
				c.screen.Notice = Notice{Text: "The lab could not be opened. " + explain(err), Again: true}
			})
			return
		}
		// The feed is dialled while the page is drawn anew. What it tells waits for the
		// next frame, and so comes after this.
		go c.draw(func() { c.opened(session, l) })
		session.Follow(ctx, c.receive)
	}()
}

// opened takes the session over, whose feed is followed. A callback that a full tab
// left behind is answered as soon as the feed runs.
func (c *Controller) opened(session *lab.Session, l Link) {
	c.session = session
	c.screen.Lab, c.screen.Open = session.Lab(), true
	browser.ComeBackHere()
	c.stop = browser.OnCallback(func(url string) {
		c.draw(func() { c.finish(url) })
	})
	said := c.screen.Notice // of what the browser kept; to arrive is no answer to it
	c.arrive(l)
	c.acted, c.screen.Notice = false, said
	if c.screen.HasAPI() && !c.RunsWebApp() && client.TokensIn(tokensOf(c.screen.Lab)).AccessToken != "" {
		c.screen.Frame = FrameKept // the client has kept its tokens: what it shows is there again
	}
	if l.Problem != "" {
		c.screen.Notice = Notice{Text: strings.TrimSpace(said.Text + " " + l.Problem), Calm: true}
	}
}

// close ends everything that start began.
func (c *Controller) close() {
	c.stop()
	if c.cancel != nil {
		c.cancel()
	}
}

// Again starts over, after the lab could not be opened or is gone. A new lab gets the
// switches of the old one.
func (c *Controller) Again() {
	l := Link{}
	if c.screen.Lab.ID != "" {
		l = readLink(shareLink(c.statuses()), c.content.Chapter)
		l.Problem = "This is a new lab, with the switches of the old one. What happened in the old one is gone."
	}
	c.close()
	c.log = timeline.Log{}
	c.session, c.stop = nil, func() {}
	c.screen.Open, c.screen.Status = false, lab.Connecting
	c.clear()
	c.reduce()
	c.start(c.draw, l)
}

// receive takes an update of the feed. It is called on the feed's goroutine and
// waits for the next frame, so that a burst is drawn once.
func (c *Controller) receive(u lab.Update) {
	c.inbox.mu.Lock()
	defer c.inbox.mu.Unlock()
	c.inbox.events = append(c.inbox.events, u.Events...)
	c.inbox.status, c.inbox.why = u.Status, u.Why
	if c.inbox.asked {
		return
	}
	c.inbox.asked = true
	browser.NextFrame(func() { go c.draw(c.flush) })
}

// flush shows what came since the last frame.
func (c *Controller) flush() {
	c.inbox.mu.Lock()
	events, status := c.inbox.events, c.inbox.status
	c.screen.Why = c.inbox.why
	c.inbox.events, c.inbox.asked = nil, false
	c.inbox.mu.Unlock()

	was := c.screen.Status
	c.screen.Status = status
	switch {
	case status == lab.Gone:
		c.gone()
	case status == lab.Live && was == lab.Reconnecting:
		c.recovered()
	}
	if !c.log.Add(events) {
		return
	}
	at := c.present()
	if isReset(events) {
		c.forget()
		if was == lab.Live { // and not long ago; another tab may have done it
			c.screen.Answers, c.screen.Read = nil, nil
		}
	}
	c.reduce()
	c.follow(events, at)
	c.watchDrawer()
	for _, e := range events {
		if timeline.IsSwitch(e) {
			c.refresh()
			return
		}
	}
}

// reduce makes the view of the log anew.
func (c *Controller) reduce() {
	before := c.screen.Steps
	c.screen.View = c.log.View()
	c.takeStory()
	c.screen.Steps = c.steps()
	c.report(c.linger(before))
	c.remember()
	if c.screen.Selected != 0 {
		c.inspect(c.screen.Selected)
	}
}

// inspect shows the event at seq in the inspector.
func (c *Controller) inspect(seq uint64) {
	if m, ok := timeline.Inspect(c.log.Events(), seq); ok {
		c.screen.Message, c.screen.Selected = m, seq
		c.readPrograms()
	} else {
		c.screen.Message, c.screen.Selected = timeline.Message{}, 0
	}
}

// call runs what takes time beside the drawing. done runs on the goroutine that
// draws; an error becomes a sentence on the screen before it.
func (c *Controller) call(b Busy, work func(ctx context.Context, s *lab.Session) error, done func()) {
	if c.session == nil || b != Idle && c.screen.Busy != Idle {
		return
	}
	if b != Idle {
		c.screen.Busy, c.screen.Said, c.acted = b, "", true
		c.Dismiss()
	}
	session := c.session
	ctx, cancel := context.WithTimeout(c.ctx, c.patience())
	go func() {
		defer cancel()
		err := work(ctx, session)
		c.draw(func() {
			if b != Idle {
				c.screen.Busy = Idle
			}
			switch {
			case err == nil:
			case isGone(err):
				c.gone()
			default:
				c.complain(err)
			}
			c.screen.Lab = session.Lab()
			if err == nil && done != nil {
				done()
			}
		})
	}()
}

// TermOf returns the term of the glossary that a parameter carries, or "".
func (c *Controller) TermOf(parameter string) string { return c.content.Terms[parameter] }
