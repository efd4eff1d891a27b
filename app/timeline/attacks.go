package timeline

import (
	"slices"
	"strconv"
	"strings"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
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
	}
	card := cardOf(end, r.pills())
	r.add(Row{Kind: RowCard, Seq: e.Seq, From: event.Mallory, Card: &card})
	r.tell(e, card.Title+". "+card.Detail)
	r.remember(end)
	r.attack, r.robot = "", false
}

func (r *reducer) remember(end AttackEnd) {
	for i := range r.view.Attacks {
		if r.view.Attacks[i].Attack == end.Attack {
			r.view.Attacks[i] = end
			return
		}
	}
	r.view.Attacks = append(r.view.Attacks, end)
}

// pills returns the verdicts of the open band.
func (r *reducer) pills() []Pill {
	var out []Pill
	for _, row := range r.view.Bands[r.band].Rows {
		out = append(out, row.Pills...)
	}
	return out
}

func cardOf(end AttackEnd, pills []Pill) Card {
	if !end.Won {
		return Card{Title: stoppedTitle(end.By), Detail: stoppedDetail(pills)}
	}
	title := strings.TrimSuffix(end.Harm, ".")
	if title == "" {
		title = "Mallory got in"
	}
	return Card{Won: true, Title: title, Detail: "No guard stood in her way." + wouldHave(pills)}
}

func stoppedTitle(by string) string {
	if by == "" {
		return "Mallory was stopped"
	}
	return "Stopped by " + by
}

func stoppedDetail(pills []Pill) string {
	for _, p := range slices.Backward(pills) {
		if p.Outcome == event.Refused && p.Reason != "" {
			return sentence(p.Reason) + " Mallory leaves with nothing."
		}
	}
	return "Mallory leaves with nothing."
}

// wouldHave names the guards that saw it and were not asked.
func wouldHave(pills []Pill) string {
	var names []string
	for _, p := range pills {
		name := strings.TrimSuffix(p.Text, " would refuse")
		if p.Outcome == event.WouldRefuse && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return " " + capital(names[0]) + " would have."
	}
	last := len(names) - 1
	return " " + capital(strings.Join(names[:last], ", ")) + " and " + names[last] + " would have."
}

// sentence gives a reason a capital and a full stop.
func sentence(s string) string {
	s = strings.TrimSuffix(s, ".")
	if s == "" {
		return ""
	}
	return capital(s) + "."
}

// capital gives a text that is not empty a capital.
func capital(s string) string {
	r := []rune(s)
	return strings.ToUpper(string(r[0])) + string(r[1:])
}
