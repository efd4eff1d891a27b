package timeline

import (
	"slices"

	"oauthlab/lessons/event"
)

// Coming is a row of a flow that has not run yet, as its golden trace tells it.
type Coming struct {
	Kind RowKind     `json:"kind"`
	From event.Party `json:"from"`
	To   event.Party `json:"to,omitempty"`
	Text string      `json:"text"`
}

// ComingIn returns what a view's bands are made of.
func ComingIn(v View) []Coming {
	var all []Coming
	for _, b := range v.Bands {
		all = append(all, comingOf(b.Rows)...)
	}
	return all
}

// comingOf leaves out what is not known beforehand: switches, gaps, how an attack ends.
func comingOf(rows []Row) []Coming {
	var all []Coming
	for _, r := range rows {
		if r.Kind == RowMessage || r.Kind == RowSelf {
			all = append(all, Coming{r.Kind, r.From, r.To, r.Text})
		}
	}
	return all
}

// BandOf is what is to come as a band, for its lanes.
func BandOf(coming []Coming) Band {
	var b Band
	for _, c := range coming {
		b.Rows = append(b.Rows, Row{Kind: c.Kind, From: c.From, To: c.To, Text: c.Text})
	}
	return b
}

// StillToCome returns those of a flow's messages that the rows have not got to.
func StillToCome(flow []Coming, rows []Row) []Coming {
	for _, r := range comingOf(rows) {
		if i := slices.Index(flow, r); i >= 0 {
			flow = flow[i+1:]
		}
	}
	return flow
}

// After returns the messages of the band key that come after a position.
func After(v View, key string, last uint64) []Coming {
	for _, b := range v.Bands {
		if b.Key == key {
			return comingOf(slices.DeleteFunc(slices.Clone(b.Rows), func(r Row) bool { return r.Seq <= last }))
		}
	}
	return nil
}
