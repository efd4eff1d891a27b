package timeline

import (
	"slices"
	"strconv"
	"strings"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/progress"
	"oauthlab/lessons/prose"
)

func (r *reducer) attackBegins(e event.Event, title string) {
	id := e.Note.Get("attack")
	if title == "" {
		title = "Mallory attacks"
	}
	r.open("attack-"+strconv.FormatUint(e.Seq, 10), title, id, "")
	r.attack = id
}

func (r *reducer) attackEnds(e event.Event) {
	if r.band < 0 {
		r.open("attack-"+strconv.FormatUint(e.Seq, 10), "Mallory attacks", e.Note.Get("attack"), "")
	}
	end := AttackEnd{
		Attack: e.Note.Get("attack"),
		Won:    e.Note.Get("outcome") == api.Succeeded,
		By:     ProtectionTitle(e.Note.Get("by")),
		Harm:   e.Note.Get("harm"),
		Seq:    e.Seq,
		Sides:  Sides{Gained: e.Note.All("gained"), Lost: e.Note.All("lost")},
	}
	card := cardOf(end, e.Note.Get("by"), r.pills())
	cut := e.Note.Get("outcome") == api.CutShort
	if cut {
		card = Card{Cut: true, Title: "The attack was cut short", Detail: "The lab is asked too much, or full: no check stopped Mallory. Wait a little and try again; where that does not help, reset the lab."}
	}
	r.add(Row{Kind: RowCard, Seq: e.Seq, From: event.Mallory, Card: &card})
	r.tell(e, card.says())
	if !cut {
		r.remember(end)
	}
	r.attack, r.robot = "", false
}

func (r *reducer) remember(end AttackEnd) {
	outcome := api.Stopped
	if end.Won {
		outcome = api.Succeeded
	}
	if task := progress.Attack(end.Attack, outcome); !slices.Contains(r.outcomes[r.chapter], task) {
		r.outcomes[r.chapter] = append(r.outcomes[r.chapter], task)
	}
	ends := r.ends[r.chapter]
	for i := range ends {
		if ends[i].Attack == end.Attack {
			ends[i] = end
			return
		}
	}
	r.ends[r.chapter] = append(ends, end)
}

// outdate takes note that the lab is switched: how an attack ended says no more how it
// would end.
func (r *reducer) outdate() {
	for _, ends := range r.ends {
		for i := range ends {
			ends[i].Stale = true
		}
	}
}

// pills returns the verdicts of the open band.
func (r *reducer) pills() []Pill {
	var out []Pill
	for _, row := range r.view.Bands[r.band].Rows {
		out = append(out, row.Pills...)
	}
	return out
}

func cardOf(end AttackEnd, by string, pills []Pill) Card {
	if !end.Won {
		return Card{Title: stoppedTitle(end.By), Detail: orElse(stoppedDetail(by, pills), heldOff(by)), Sides: end.Sides}
	}
	title := strings.TrimSuffix(end.Harm, ".")
	if title == "" {
		title = "Mallory got in"
	}
	stood := "No check stood in the way."
	if slices.ContainsFunc(pills, func(p Pill) bool { return p.Outcome == event.Refused }) {
		stood = "A check refused, and the harm was done all the same."
	}
	return Card{Won: true, Title: title, Detail: stood + wouldHave(pills), Sides: end.Sides}
}

// says is the whole card, for who does not see it.
func (c Card) says() string {
	if c.Cut {
		return c.ends()
	}
	return c.ends() + " " + c.MalloryHas() + " " + c.AliceLost()
}

// ends says how the attack ended, beside a card that tells both sides.
func (c Card) ends() string {
	if c.Detail == "" {
		return c.Title + "."
	}
	return c.Title + ". " + c.Detail
}

// MalloryHas says what Mallory has after the attack.
func (s Sides) MalloryHas() string { return "Mallory has: " + list(s.Gained) }

// AliceLost says what Alice lost by it.
func (s Sides) AliceLost() string { return "Alice lost: " + list(s.Lost) }

func list(sentences []string) string {
	if len(sentences) == 0 {
		return "nothing."
	}
	return strings.Join(sentences, " ")
}

func stoppedTitle(by string) string {
	if by == "" {
		return "Mallory was stopped"
	}
	return "Stopped by " + by
}

// stoppedDetail gives the reason of the guard that stopped her, and where it gave
// none, of the last that refused: others may have refused in its wake.
func stoppedDetail(by string, pills []Pill) (reason string) {
	for _, p := range slices.Backward(pills) {
		if p.Outcome == event.Refused && p.Reason != "" && (reason == "" || p.Guard == by) {
			reason = prose.Sentence(p.Reason)
		}
	}
	return reason
}

// heldOff says of a habit that it left nothing to refuse; "" where by is none.
func heldOff(by string) string {
	part, ok := guard.FindPart(guard.ID(by))
	if !ok || len(part.Values) == 0 {
		return ""
	}
	return "Nobody had to refuse: the " + part.Title + " " + part.Values[0] + "."
}

// wouldHave names the protections that saw it and were off.
func wouldHave(pills []Pill) string {
	var names []string
	for _, p := range pills {
		name := ProtectionTitle(p.Guard)
		if p.Outcome == event.WouldRefuse && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return " " + names[0] + " would have."
	}
	last := len(names) - 1
	return " " + strings.Join(names[:last], ", ") + " and " + names[last] + " would have."
}
