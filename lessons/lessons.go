// Package lessons holds the types of a chapter: what it says, its steps, and
// the goals by which a step ticks itself. Types only, so that the wasm stays
// small; reading, rendering and checking content is server side (lessons/load).
package lessons

import (
	"strings"

	"oauthlab/lessons/event"
)

// Chapter is one version of the lab: what it adds to the one before, and how
// the learner runs, breaks and mends it. HTML fields are rendered from our own
// Markdown on the server; no input of a learner or a request ever reaches them.
type Chapter struct {
	ID          string      `json:"id"`             // "v03": the chapter's name, which stays
	Version     string      `json:"version"`        // the version of the lab that it stands on; a version stands on itself
	Before      string      `json:"before"`         // the version before it; "" for the first, and where it stands on another
	Part        string      `json:"part,omitempty"` // of the course that the chapter stands in; "" where it says none
	Path        string      `json:"path"`           // "/v03-pkce"
	Title       string      `json:"title"`          // "PKCE and the token endpoint"
	Question    string      `json:"question"`       // the title as a question its reader has
	Description string      `json:"description"`    // one sentence, for search engines and link previews
	Problem     string      `json:"problem"`        // HTML: the problem in a few lines
	Protections []string    `json:"protections"`    // ids of the protections that the chapter adds, or is about
	Attacks     []string    `json:"attacks"`        // ids, in the order of the panel
	Steps       []Step      `json:"steps"`
	Client      event.Party `json:"client,omitempty"` // whose flow is run; "" is the page's own
	Script      string      `json:"script,omitempty"` // what is done where it says "run the flow", by name
	Tour        string      `json:"tour,omitempty"`   // what the landing page calls its tour; "" for none
	Sections    []Link      `json:"sections"`         // the sections of the specifications to read
}

// Link is a reference out of the lab.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Term is one entry of the glossary. Its address is /glossary#ID.
type Term struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Body     string   `json:"body"`          // HTML
	Sections []Link   `json:"sections"`      // where it is specified; none where it is a word of this lab
	See      []string `json:"see,omitempty"` // ids of other terms

	Words      []string `json:"words,omitempty"`      // by which prose leads here
	Parameters []string `json:"parameters,omitempty"` // of messages, that carry it
}

// Trouble is one error and its cure. Its address is /troubleshooting#ID.
type Trouble struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`             // what is wrong, in a few words
	Says     []string `json:"says,omitempty"`   // our own messages, word for word; "…" stands for what differs
	Shows    []string `json:"shows,omitempty"`  // what other programs say, such as the browser
	Guards   []string `json:"guards,omitempty"` // the checks that refuse so
	Code     string   `json:"code,omitempty"`   // the word for programs, such as invalid_grant
	Status   string   `json:"status,omitempty"`
	Causes   string   `json:"causes"` // HTML
	Cure     string   `json:"cure"`   // HTML
	Sections []Link   `json:"sections"`
}

// StepKind is one part of the loop of a chapter, or beside it.
type StepKind string

// The loop: run it, break it, see why, mend it. A step that asks closes it. A step to
// read is of none of them: an interlude, a chapter between two versions, has nothing else.
const (
	Run   StepKind = "run"
	Break StepKind = "break"
	Why   StepKind = "why"
	Mend  StepKind = "mend"
	Ask   StepKind = "ask"
	Read  StepKind = "read"
)

// Step is one thing for the learner to do or see.
type Step struct {
	ID         string      `json:"id"`
	Kind       StepKind    `json:"kind"`
	Title      string      `json:"title"`
	Body       string      `json:"body"`                 // HTML
	Prediction *Prediction `json:"prediction,omitempty"` // asked before Attack opens
	Protection string      `json:"protection,omitempty"` // the protection that the step switches
	Switch     string      `json:"switch,omitempty"`     // "off" or "on": which way
	Attack     string      `json:"attack,omitempty"`     // id of the attack that the step runs
	Guard      string      `json:"guard,omitempty"`      // part whose code a Why step shows
	Tool       Tool        `json:"tool,omitempty"`       // what the step offers to work with
	Questions  []Question  `json:"questions,omitempty"`  // of a step that asks
	Goals      []Goal      `json:"goals"`                // all must be met, in this order; of questions, in any
	Hint       string      `json:"hint,omitempty"`       // plain text
}

// Tool is something to work with beside the flow, which any step may offer.
type Tool string

// The tools.
const (
	PKCEWorkbench Tool = "pkce-workbench" // derives challenges from verifiers, step by step
	Triptych      Tool = "triptych"       // ID token, UserInfo and API, side by side
	JWTWorkbench  Tool = "jwt-workbench"  // writes tokens as Mallory can
	TokenMatrix   Tool = "token-matrix"   // which API takes which token
	AgentWays     Tool = "agent-ways"     // how an agent acts, in each way
)

// Tools returns every tool.
func Tools() []Tool { return []Tool{PKCEWorkbench, Triptych, JWTWorkbench, TokenMatrix, AgentWays} }

// Prediction is one question with one right answer.
type Prediction struct {
	Question string   `json:"question"`
	Options  []Option `json:"options"`
}

// Option is one answer, with what is said to who chooses it.
type Option struct {
	Text  string `json:"text"`
	Right bool   `json:"right"`
	Reply string `json:"reply"`
}

// Question is one that closes a chapter. It is answered by choosing, where it has options,
// or else by doing: it is answered then once an event meets the goal that is its own, the
// next of its step's.
type Question struct {
	ID       string   `json:"id"`
	Question string   `json:"question"`
	Options  []Option `json:"options,omitempty"`
	Why      string   `json:"why,omitempty"`  // said once it was done; an option has its reply
	Hint     string   `json:"hint,omitempty"` // plain text
}

// Asked is the id under which the answer to a question of a step is kept.
func (s Step) Asked(q Question) string { return s.ID + "." + q.ID }

// Options returns what there is to choose from under an id: that of the step, for its
// prediction, or of one of its questions.
func (s Step) Options(asked string) []Option {
	if s.Prediction != nil && asked == s.ID {
		return s.Prediction.Options
	}
	for _, q := range s.Questions {
		if asked == s.Asked(q) {
			return q.Options
		}
	}
	return nil
}

// Chose reports whether the right option was chosen wherever the step's questions have
// any, by the answers.
func (s Step) Chose(answers map[string]int) bool {
	for _, q := range s.Questions {
		chosen, ok := answers[s.Asked(q)]
		if len(q.Options) > 0 && !(ok && q.Options[chosen].Right) {
			return false
		}
	}
	return true
}

// Goal is a predicate over one event: every field that is set must agree.
type Goal struct {
	Text    string            `json:"text" yaml:"text"` // what the checklist says
	Kind    event.Kind        `json:"kind,omitempty" yaml:"kind"`
	From    event.Party       `json:"from,omitempty" yaml:"from"`
	To      event.Party       `json:"to,omitempty" yaml:"to"`
	Method  string            `json:"method,omitempty" yaml:"method"`   // of a request
	Path    string            `json:"path,omitempty" yaml:"path"`       // a request's path ends in this
	Status  int               `json:"status,omitempty" yaml:"status"`   // of a response
	Guard   string            `json:"guard,omitempty" yaml:"guard"`     // of a verdict
	Outcome event.Outcome     `json:"outcome,omitempty" yaml:"outcome"` // of a verdict
	What    string            `json:"what,omitempty" yaml:"what"`       // of a change
	Action  string            `json:"action,omitempty" yaml:"action"`   // of a change
	Name    string            `json:"name,omitempty" yaml:"name"`       // of a note
	Fields  map[string]string `json:"fields,omitempty" yaml:"fields"`   // of a note, or a change's values after
}

// Match reports whether e meets the goal.
func (g Goal) Match(e event.Event) bool {
	if g.Kind != "" && g.Kind != e.Kind ||
		g.From != "" && g.From != e.From ||
		g.To != "" && g.To != e.To {
		return false
	}
	return g.matchRequest(e.Request) && g.matchResponse(e.Response) &&
		g.matchVerdict(e.Verdict) && g.matchChange(e.Change) && g.matchNote(e.Note) &&
		g.matchFields(e)
}

func (g Goal) matchRequest(r *event.Request) bool {
	if g.Method == "" && g.Path == "" {
		return true
	}
	if r == nil || g.Method != "" && g.Method != r.Method {
		return false
	}
	path, _, _ := strings.Cut(r.URL, "?")
	return strings.HasSuffix(path, g.Path)
}

func (g Goal) matchResponse(r *event.Response) bool {
	return g.Status == 0 || r != nil && r.Status == g.Status
}

func (g Goal) matchVerdict(v *event.Verdict) bool {
	if g.Guard == "" && g.Outcome == "" {
		return true
	}
	return v != nil && (g.Guard == "" || g.Guard == v.Guard) && (g.Outcome == "" || g.Outcome == v.Outcome)
}

func (g Goal) matchChange(c *event.Change) bool {
	if g.What == "" && g.Action == "" {
		return true
	}
	return c != nil && (g.What == "" || g.What == c.What) && (g.Action == "" || g.Action == c.Action)
}

func (g Goal) matchNote(n *event.Note) bool {
	return g.Name == "" || n != nil && n.Name == g.Name
}

func (g Goal) matchFields(e event.Event) bool {
	for name, want := range g.Fields {
		if fieldOf(e, name) != want {
			return false
		}
	}
	return true
}

func fieldOf(e event.Event, name string) string {
	switch {
	case e.Note != nil:
		return e.Note.Get(name)
	case e.Change != nil:
		for _, f := range e.Change.Fields {
			if f.Name == name {
				return f.To
			}
		}
		if name == "key" {
			return e.Change.Key
		}
	}
	return ""
}
