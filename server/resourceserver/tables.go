package resourceserver

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// Sheet implements lab.Document.
func (d Document) Sheet(ctx context.Context, l *lab.Lab) (lab.Sheet, error) {
	s, err := d.State(ctx, l)
	if err != nil {
		return lab.Sheet{}, err
	}
	return lab.Sheet{Tables: s.tables(l.Settings.Rules()), Blind: blind(l.Settings.Rules())}, nil
}

// blind is what the API cannot know, in the way that it checks tokens.
func blind(rules guard.Rules) string {
	const whoever = "who holds a token. Whoever brings a good one gets what is its user's."
	switch {
	case !rules.Offers(guard.Introspection):
		return whoever
	case rules.Value(guard.IDTokenCheck) == guard.BySignature:
		return "codes, sessions and passwords, and whether the auth server took a token back: it is not asked. Nor " + whoever
	}
	return "codes, sessions and passwords, and what a token is worth before it has asked. Nor " + whoever
}

func (s State) tables(rules guard.Rules) []lab.Table {
	all := []lab.Table{
		s.logTable(rules),
		lab.TableOf("", "what the auth server said of tokens", s.Answers, func(a Answer) string { return a.Hash }, []lab.Column[Answer]{
			{Name: "access token", Of: func(a Answer) lab.Cell { return lab.FollowsHash("access_token", a.Hash) }},
			{Name: "active", Of: func(a Answer) lab.Cell { return lab.Says(strconv.FormatBool(a.Active)) }},
			{Name: "about", Of: func(a Answer) lab.Cell { return lab.Says(a.Subject) }},
			{Name: "scope", Of: func(a Answer) lab.Cell { return lab.Quotes(a.Scope) }},
			{Name: "asked by", Of: func(a Answer) lab.Cell { return lab.Quotes(cmp.Or(a.By, lab.ClientAPI)) }},
			{Name: "asked at", Of: func(a Answer) lab.Cell { return lab.At(&a.Asked) }},
		}),
		lab.TableOf("entry", "notes", s.Notes, func(n Note) string { return "" }, []lab.Column[Note]{
			{Name: "note", Of: func(n Note) lab.Cell { return lab.Says(n.Text) }},
			{Name: "of", Of: func(n Note) lab.Cell { return lab.Says(n.Owner) }},
			{Name: "written", Of: func(n Note) lab.Cell {
				if n.Written.IsZero() {
					return lab.Cell{}
				}
				return lab.At(&n.Written)
			}},
		}),
		lab.TableOf("", "photos", s.Photos, func(p Photo) string { return p.Title }, []lab.Column[Photo]{
			{Name: "photo", Of: func(p Photo) lab.Cell { return lab.Says(p.Title) }},
			{Name: "of", Of: func(p Photo) lab.Cell { return lab.Says(p.Owner) }},
			{Name: "taken", Of: func(p Photo) lab.Cell { return lab.Says(p.Taken) }},
		}),
		lab.TableOf("", "people", s.People, func(p Person) string { return p.Subject }, []lab.Column[Person]{
			{Name: "subject", Of: func(p Person) lab.Cell { return lab.Quotes(p.Subject) }},
			{Name: "name", Of: func(p Person) lab.Cell { return lab.Says(p.Name) }},
			{Name: "email", Of: func(p Person) lab.Cell { return lab.Says(p.Email) }},
		}),
	}
	if rules.Offers(guard.ResourceIndicators) {
		all = append(all, s.billsAndAppointments()...)
	}
	return all
}

// billsAndAppointments are what billing and the calendar keep.
func (s State) billsAndAppointments() []lab.Table {
	return []lab.Table{
		lab.TableOf("", "bills", s.bills(), func(b Bill) string { return b.Title }, []lab.Column[Bill]{
			{Name: "bill", Of: func(b Bill) lab.Cell { return lab.Says(b.Title) }},
			{Name: "of", Of: func(b Bill) lab.Cell { return lab.Says(b.Owner) }},
			{Name: "amount", Of: func(b Bill) lab.Cell { return lab.Says(b.Amount) }},
			{Name: "due", Of: func(b Bill) lab.Cell { return lab.Says(b.Due) }},
		}),
		lab.TableOf("appointment", "appointments", s.appointments(), func(a Appointment) string { return a.Day }, []lab.Column[Appointment]{
			{Name: "appointment", Of: func(a Appointment) lab.Cell { return lab.Says(a.Title) }},
			{Name: "of", Of: func(a Appointment) lab.Cell { return lab.Says(a.Owner) }},
			{Name: "day", Of: func(a Appointment) lab.Cell { return lab.Says(a.Day) }},
		}),
	}
}

// logTable is the API's log. Who acts for whom stands there as soon as somebody can.
func (s State) logTable(rules guard.Rules) lab.Table {
	columns := []lab.Column[Line]{
		{Name: "at", Of: func(line Line) lab.Cell { return lab.At(&line.Time) }},
		{Name: "request", Of: func(line Line) lab.Cell { return lab.Quotes(line.Method + " " + line.URL) }},
		{Name: "Authorization", Of: func(line Line) lab.Cell { return lab.Quotes(line.Token) }},
		{Name: "answer", Of: func(line Line) lab.Cell { return lab.Says(strconv.Itoa(line.Status)) }},
	}
	if rules.Offers(guard.Agents) {
		columns = append(columns,
			lab.Column[Line]{Name: "for", Of: func(line Line) lab.Cell { return lab.Says(line.For) }},
			lab.Column[Line]{Name: "by", Of: func(line Line) lab.Cell { return lab.Quotes(strings.Join(line.By, ", after ")) }})
	}
	return lab.TableOf("", "its own log", s.Log, func(Line) string { return "" }, columns)
}
