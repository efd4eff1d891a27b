package session

import (
	"oauthlab/app/client"
	"oauthlab/app/lab"
	"oauthlab/app/timeline"
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// Screen is everything that the page shows and that may change. It is touched
// on the goroutine that draws only. Maps and slices in it are replaced, never
// changed: components compare them.
type Screen struct {
	Lab    api.Lab
	Open   bool // the lab is there
	Status lab.Status
	Why    string // what is wrong with the connection; "": nobody said
	View   timeline.View
	Replay Replay
	Past   timeline.View // what the replay has come to
	Pace   Pace
	Steps  []timeline.StepProgress

	Busy   Busy
	Notice Notice

	Pane     Pane // which column a narrow screen shows
	Message  timeline.Message
	Selected uint64 // position of Message; 0 for none
	Tab      Tab
	Guard    string // part that the Why tab is about
	Code     api.Code
	Programs Programs // of the request in the inspector

	Unfolded map[string]bool // bands that the learner opened or folded, by key
	Earlier  map[string]int  // how often more of a band was asked for, by key
	Opened   map[string]bool // steps that the learner opened or folded, by id
	Answers  map[string]int  // chosen options, by the id under which they are asked for
	Read     map[string]bool // steps without goals that the learner has read
	Must     []string        // tasks of the assignment, in this chapter; nil before it is known, empty where it was put away

	Lingers  map[string]bool // steps that got done while the learner looked on, by id
	Frame    Frame           // what Alice's browser shows
	Mail     Mail            // lies in front of Alice; empty for none
	Mailed   string          // id of the attack whose mail she opened; "" once what came of it is known
	Said     string          // what came of the last thing that shows nowhere else
	Away     bool            // the diagram is scrolled away from its end
	AwayFrom uint64          // position of the last event when it was

	StayIn  bool   // runs do not sign Alice out first
	ByHand  bool   // the learner exchanges codes, not the callback
	Waiting string // the code that waits for the learner; kept after it, to be sent again

	Dialog     Dialog         // what is open above the page
	Draft      client.Draft   // the request that waits to be sent, in DialogStep
	Bench      Bench          // what lies on the workbench, in DialogBench
	Laid       Bench          // what lay there when it was opened
	Forge      Forge          // the token on the other workbench, in DialogForge
	Opener     string         // id of the control that opened the dialog, where it is not MoreID
	Share      Share          // the link that is shown, in DialogShare
	Asked      []string       // tasks of the assignment that is being made; nil before it is
	Learner    string         // the name that goes into the learner's file
	Since      timeline.Since // from when on it is told what happened, in DialogChanged
	OwnClients int            // how many of the learner's there are, likewise
	Peek       api.Entry      // of a book, above the page; of no address where none is open

	Finished map[string]bool // chapters that the learner has done, by id
	Touring  bool            // one thing at a time is marked as next
	Narrow   bool            // one column at a time is shown

	Drawer Drawer // over the lower half of the stage

	Told Announcement // what the live region says

	Linked   bool // a link brought the lab, and the browser's own lies aside
	Forgets  bool // the browser keeps nothing for this page
	Outdated bool // the server has another version of the lab
}

// Ready reports whether what is pressed comes to something: the lab is there, and what
// the client tells of itself gets through.
func (s Screen) Ready() bool { return s.Open && s.Status == lab.Live }

// HasAPI reports whether the lab has an API that takes tokens.
func (s Screen) HasAPI() bool { return lab.Rules(s.Lab).Offers(guard.ProtectedAPI) }

// Redeems reports whether the lab has a token endpoint, where a code is exchanged.
func (s Screen) Redeems() bool { return lab.Rules(s.Lab).Offers(guard.TokenEndpoint) }

// Busy says what the lab is doing that forbids doing it again.
type Busy string

const (
	Idle      Busy = ""
	running   Busy = "run"
	attacking Busy = "attack"
	Switching Busy = "switch"
)

// Frame is what Alice's browser shows.
type Frame string

const (
	FrameEmpty Frame = ""     // nothing yet
	FrameHere  Frame = "here" // the learner's flow
	FrameInTab Frame = "tab"  // the flow goes on in another tab
	FrameCut   Frame = "cut"  // the server went away during the flow
	FrameMail  Frame = "mail" // where a mail's link leads
	FrameApp   Frame = "app"  // the web app
	FrameKept  Frame = "kept" // the client's page of before: it has kept its tokens
)

// Pane is a column of the page.
type Pane string

const (
	PaneLesson  Pane = "lesson"
	PaneStage   Pane = "stage"
	PaneBrowser Pane = "browser"
	PanePanel   Pane = "panel"
)

// Tab is a view of the inspector.
type Tab string

const (
	TabRaw     Tab = "raw"
	TabDecoded Tab = "decoded"
	TabCode    Tab = "code"
	TabWhy     Tab = "why"
)

// TabName is a row of the table of tabs.
type TabName struct {
	Tab  Tab
	Name string
}

// Tabs is the table of tabs, from left to right.
func Tabs() []TabName {
	return []TabName{{TabRaw, "Raw"}, {TabDecoded, "Decoded"}, {TabCode, "As code"}, {TabWhy, "Why"}}
}

// Notice is a sentence about what went wrong, and what to do.
type Notice struct {
	Text  string
	Again bool // offers to start again
	Calm  bool // nothing went wrong
}

// with returns a copy of m in which key is value.
func with[V any](m map[string]V, key string, value V) map[string]V {
	next := make(map[string]V, len(m)+1)
	for k, v := range m {
		next[k] = v
	}
	next[key] = value
	return next
}
