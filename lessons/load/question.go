package load

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"oauthlab/lessons"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// questionFront is one question of a step that asks. It has options to choose from, or
// else a goal, which is met by what the learner does.
type questionFront struct {
	ID       string
	Question string
	Options  []lessons.Option
	Goal     *lessons.Goal
	Why      string
	Hint     string
	Play     *Play
}

// Play is how a robot answers a question by doing. Whatever it does not set is safe.
type Play struct {
	Set    map[string]string // parts, to "on", "off" or a value
	Attack string            // is run; where there is none, the chapter's script is played
	Edit   map[string]string // parameters of the client's requests, which are sent with other values; none takes one away
	Twice  bool              // the code is redeemed a second time
	Later  string            // so much later, on the lab's clock, the client asks the API again: "61m"
}

// maxLater bounds how much later it may be: a lab's clock moves by ten years at most.
const maxLater = 365 * 24 * time.Hour

// checkQuestions holds the rules for the questions of a step of chapter c; nil where c
// could not be read.
func (f *File) checkQuestions(s stepFront, c *chapterFront) {
	switch {
	case s.Kind != lessons.Ask && len(s.Questions) > 0 && !f.Unsure("kind"):
		f.refuse(at("questions"), "questions stand in a step of kind ask")
	case s.Kind == lessons.Ask && len(s.Questions) == 0:
		f.refuse(at("questions"), "questions are missing: what does the step ask?")
	}
	seen := map[string]bool{}
	for i, q := range s.Questions {
		in := func(keys ...any) []any { return append(at("questions", i), keys...) }
		f.require(q.Question, in("question")...)
		f.require(q.ID, in("id")...)
		switch {
		case q.ID != "" && !anchor.MatchString(q.ID):
			f.refuse(in("id"), "id %q: it has small letters, digits and single hyphens", q.ID)
		case seen[q.ID]:
			f.refuse(in("id"), "question id %q stands twice", q.ID)
		}
		seen[q.ID] = true
		if q.Goal == nil {
			f.checkOptions(q.Options, "a question without a goal", in("options")...)
			continue
		}
		f.checkDoing(q, c, in)
	}
}

// checkDoing holds the rules for a question that is answered by doing; in leads to a key
// of it.
func (f *File) checkDoing(q questionFront, c *chapterFront, in func(...any) []any) {
	if len(q.Options) > 0 {
		f.refuse(in("options"), "a question has options to choose from, or a goal to meet by doing, and not both")
	}
	f.require(q.Why, in("why")...)
	if c == nil {
		return
	}
	f.checkGoal(in("goal"), *q.Goal, c.version())
	if q.Play == nil {
		f.refuse(in(), "play is missing: how does a robot answer this by doing?")
		return
	}
	for id := range q.Play.Set {
		if of, ok := guard.ProtectionOf(guard.ID(id)); ok && !of.TaughtIn(c.version()) {
			f.refuse(in("play", "set", id), "%q comes with %s, and the chapter stands on %s", id, of.Chapter, c.version())
		}
	}
	if _, err := q.Play.Switches(); err != nil {
		f.refuse(in("play", "set"), "%v", err)
	}
	if a := q.Play.Attack; a != "" && !slices.Contains(c.Attacks, a) {
		f.refuse(in("play", "attack"), "attack %q is not among the attacks of %s", a, chapterFile)
	}
	f.checkLater(q.Play, c.version(), in("play", "later"))
}

// checkLater refuses a time that cannot pass, and one after which nobody would ask.
func (f *File) checkLater(p *Play, version string, path []any) {
	if p.Later == "" {
		return
	}
	wait, err := time.ParseDuration(p.Later)
	switch since := guard.ProtectedAPI.Chapter(); {
	case err != nil || wait <= 0 || wait > maxLater:
		f.refuse(path, "later is how much time passes, such as 11s or 61m, and here is %q", brief(p.Later))
	case version < since:
		f.refuse(path, "later has the client ask the API again, which comes with %s, and the chapter stands on %s", since, version)
	case p.Attack != "":
		f.refuse(path, "later follows the chapter's script, and an attack is run in its place")
	}
}

// Wait is how much later the client asks the API again; 0 where it does not.
func (p Play) Wait() time.Duration {
	wait, _ := time.ParseDuration(p.Later) // what cannot be read was refused
	return wait
}

// questions returns the questions of a step, and of those that are answered by doing the
// goals, and how a robot does it.
func (s stepFront) questions() (all []lessons.Question, goals []lessons.Goal, plays []Play) {
	for _, q := range s.Questions {
		all = append(all, lessons.Question{ID: q.ID, Question: q.Question, Options: q.Options, Why: q.Why, Hint: q.Hint})
		if q.Goal == nil {
			continue
		}
		goals = append(goals, *q.Goal)
		play := Play{}
		if q.Play != nil {
			play = *q.Play
		}
		plays = append(plays, play)
	}
	return all, goals, plays
}

// Switches are those of the lab in which a question is answered.
func (p Play) Switches() (s guard.Switches, err error) {
	for _, id := range slices.Sorted(maps.Keys(p.Set)) {
		value := strconv.Quote(p.Set[id])
		if on := p.Set[id] == "on"; on || p.Set[id] == "off" {
			value = strconv.FormatBool(on)
		}
		if s, err = s.With(guard.ID(id), json.RawMessage(value)); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Edited returns the parameters of a request as they are sent.
func (p Play) Edited(parameters []event.Field) (sent []event.Field) {
	for _, f := range parameters {
		value, edits := p.Edit[f.Name]
		if !edits {
			value = f.Value
		}
		if value != "" {
			sent = append(sent, event.Field{Name: f.Name, Value: value})
		}
	}
	return sent
}
