package resourceserver

import (
	"context"
	"strconv"

	"oauthlab/server/lab"
)

// Sheet implements lab.Document.
func (d Document) Sheet(ctx context.Context, l *lab.Lab) (lab.Sheet, error) {
	s, err := d.State(ctx, l)
	if err != nil {
		return lab.Sheet{}, err
	}
	return lab.Sheet{
		Tables: s.tables(),
		Blind:  "who holds a token. Whoever brings a good one gets what is its user's.",
	}, nil
}

func (s State) tables() []lab.Table {
	return []lab.Table{
		lab.TableOf("", "its own log", s.Log, func(line Line) string { return "" }, []lab.Column[Line]{
			{Name: "at", Of: func(line Line) lab.Cell { return lab.At(&line.Time) }},
			{Name: "request", Of: func(line Line) lab.Cell { return lab.Quotes(line.Method + " " + line.URL) }},
			{Name: "Authorization", Of: func(line Line) lab.Cell { return lab.Quotes(line.Token) }},
			{Name: "answer", Of: func(line Line) lab.Cell { return lab.Says(strconv.Itoa(line.Status)) }},
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
}
