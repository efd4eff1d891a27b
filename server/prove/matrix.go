package prove

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
	"oauthlab/server/attack"
	"oauthlab/server/config"
	"oauthlab/server/lab"
)

// Row is one cell of the matrix: an attack in a lab with certain guards.
type Row struct {
	Attack  string `json:"attack"`
	Chapter string `json:"chapter"`
	Guards  string `json:"guards"` // what stands against it
	Outcome string `json:"outcome"`
	By      string `json:"by,omitempty"`
	Harm    string `json:"harm,omitempty"`

	Gained []string `json:"gained"` // by Mallory
	Lost   []string `json:"lost"`   // by Alice

	Proven bool `json:"proven"` // it came out as the attack declares
}

// Matrix runs every attack in labs of its own: a strict one, one a guard that is
// said to stop it alone, and one without them, and prints what came of each. It fails
// where one comes out otherwise than declared.
func Matrix(ctx context.Context, serve Serve, m config.Matrix, stdout io.Writer) error {
	var rows []Row
	err := serve(ctx, func(ctx context.Context, p Prover) (err error) {
		rows, err = p.Matrix(ctx)
		return err
	})
	if err != nil {
		return err
	}
	print := printTable
	if m.JSON {
		print = printJSON
	}
	if err := print(stdout, rows); err != nil {
		return err
	}
	for _, r := range rows {
		if !r.Proven {
			return errors.New("an attack came out otherwise than it declares")
		}
	}
	return nil
}

// Matrix proves what each attack declares, in every chapter in which it is known:
// a later chapter has more that may stop it.
func (p Prover) Matrix(ctx context.Context) ([]Row, error) {
	var rows []Row
	for _, a := range attack.Catalogue() {
		for _, chapter := range guard.Versions() {
			if chapter < a.Chapter {
				continue
			}
			proven, err := p.attack(ctx, a, chapter)
			if err != nil {
				return nil, fmt.Errorf("%s in %s: %w", a.ID, chapter, err)
			}
			rows = append(rows, proven...)
		}
	}
	return rows, nil
}

// attack plays an attack in one chapter: with everything on, with each of the guards
// that stop it alone, and without them. Where a habit gives away what the guards rely
// on, none stops it: then it succeeds with all of them on.
func (p Prover) attack(ctx context.Context, a attack.Attack, chapter string) ([]Row, error) {
	strict, err := p.play(ctx, a, chapter, "all on", nil)
	if err != nil {
		return nil, err
	}
	strict.Proven = strict.Outcome == api.Stopped
	rows := []Row{strict}
	there := guard.Rules{Chapter: chapter}
	for _, alone := range a.Stops(there) {
		r, err := p.play(ctx, a, chapter, "only "+string(alone), Without(a, alone))
		if err != nil {
			return nil, err
		}
		r.Proven = r.Outcome == api.Stopped && r.By == string(alone)
		rows = append(rows, r)
	}
	guards := "none of them"
	if len(a.StoppedBy) == 0 {
		guards = "all on, as given" // its mend is the first row: the habit turned back
	}
	none, err := p.play(ctx, a, chapter, guards, Without(a, ""))
	if err != nil {
		return nil, err
	}
	none.Proven = none.Outcome == api.Succeeded
	if a.EndedBy != "" && there.Offers(a.EndedBy) {
		none.Proven = none.Outcome == api.Stopped
	}
	return append(rows, none), nil
}

// Without returns the values that switch as the attack needs it and switches off every guard that stops
// it but one. Guards that have nothing to do with it stay on: they do not help.
func Without(a attack.Attack, but guard.ID) map[guard.ID]string {
	values := map[guard.ID]string{}
	for id, value := range a.Given {
		values[id] = value
	}
	for _, id := range a.StoppedBy {
		if id != but {
			values[id] = "false"
		}
	}
	return values
}

// play runs one attack in a new lab with the given parts switched.
func (p Prover) play(ctx context.Context, a attack.Attack, chapter, guards string, values map[guard.ID]string) (Row, error) {
	l, err := p.LabWith(ctx, chapter, values)
	if err != nil {
		return Row{}, err
	}
	result, err := p.Attacks.Run(ctx, l, a)
	return Row{Attack: a.ID, Chapter: chapter, Guards: guards, Outcome: result.Outcome, By: result.By, Harm: result.Harm, Gained: result.Gained, Lost: result.Lost}, err
}

// LabWith makes a lab with the given parts switched.
func (p Prover) LabWith(ctx context.Context, chapter string, values map[guard.ID]string) (*lab.Lab, error) {
	l, _, err := p.Labs.Create(ctx, chapter)
	if err != nil {
		return nil, err
	}
	return p.Labs.Change(ctx, l.ID, lab.Change{Switches: func(s guard.Switches) (guard.Switches, error) {
		for id, value := range values {
			if s, err = s.With(id, asJSON(value)); err != nil {
				return nil, err
			}
		}
		return s, nil
	}})
}

// asJSON writes a part's value as the lab's API takes it.
func asJSON(value string) json.RawMessage {
	if value == "true" || value == "false" {
		return json.RawMessage(value)
	}
	text, _ := json.Marshal(value) //nolint:errchkjson // a string
	return text
}

func printTable(out io.Writer, rows []Row) error {
	t := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "ATTACK\tCHAPTER\tGUARDS\tOUTCOME\tSTOPPED BY\tAS DECLARED\tMALLORY HAS\tALICE LOST")
	for _, r := range rows {
		proven := "yes"
		if !r.Proven {
			proven = "NO"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Attack, r.Chapter, r.Guards, r.Outcome, r.By, proven, side(r.Gained), side(r.Lost))
	}
	return t.Flush()
}

// side is what an attack came to for one of the two, in a cell.
func side(sentences []string) string {
	if len(sentences) == 0 {
		return "nothing"
	}
	return strings.Join(sentences, " ")
}

func printJSON(out io.Writer, rows []Row) error {
	lines := json.NewEncoder(out)
	for _, r := range rows {
		if err := lines.Encode(r); err != nil {
			return err
		}
	}
	return nil
}
