//go:build !js

package recording

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/trace"
)

// What of a message differs from run to run, and what stands for it.
var (
	// times are points in time in text (RFC 3339), and members of a JSON object that are a
	// number of seconds (RFC 7519 §2, NumericDate) or that count down.
	timestamp = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
	moment    = regexp.MustCompile(`"(exp|iat|nbf|auth_time|updated_at|authorization_expires_in)":\s?\d+`)

	// keys are members of a JSON Web Key (RFC 7517 §4, RFC 7518 §6).
	keys = regexp.MustCompile(`"(n|x|y|kid)":\s?"[^"]*"`)
)

// told are the headers that are kept: those by which a message is told.
var told = []string{"location", "content-type", "authorization", "www-authenticate"}

// Normalize returns the events of a run as those of any other run of the same are. w names
// what differs; lab is the id of the lab, and origins are those of its parties. No page of a
// party is kept but its title.
func Normalize(events []event.Event, w *trace.Writer, lab string, origins map[event.Party]string) []event.Event {
	for _, e := range events {
		w.Event(e)
	}
	n := normalizer{text: replacer(w.Names(), places(lab, origins)), flow: map[string]string{"": ""}, at: map[string]int{}}
	out := make([]event.Event, len(events))
	for i, e := range events {
		n.at[e.ID] = i + 1
		out[i] = n.event(e, i+1)
	}
	return out
}

// places are the addresses that are others in each lab, as they are and as a query has them,
// and what stands for each.
func places(lab string, origins map[event.Party]string) []trace.Place {
	all := []trace.Place{{Address: lab, Name: "{id}"}}
	for party, origin := range origins {
		all = append(all,
			trace.Place{Address: origin, Name: "{" + string(party) + "}"},
			trace.Place{Address: url.QueryEscape(origin), Name: "{" + string(party) + "%}"})
	}
	return all
}

// hash begins the names of tokens' hashes.
const hash = "<token_hash-"

// replacer puts what stands for them in the place of names and places; of those that fit, the
// longest counts. The hash of a token becomes that of its name, so that the one is still known
// by the other.
func replacer(names map[string]string, all []trace.Place) *strings.Replacer {
	for value, name := range names {
		all = append(all, trace.Place{Address: value, Name: name})
		if escaped := url.QueryEscape(value); escaped != value {
			all = append(all, trace.Place{Address: escaped, Name: name})
		}
	}
	for i, p := range all {
		for value, name := range names {
			if strings.HasPrefix(p.Name, hash) && guard.TokenHash(value) == p.Address {
				all[i].Name = guard.TokenHash(name)
			}
		}
	}
	slices.SortFunc(all, func(a, b trace.Place) int { return cmp.Compare(len(b.Address), len(a.Address)) })
	var pairs []string
	for _, p := range all {
		pairs = append(pairs, p.Address, p.Name)
	}
	return strings.NewReplacer(pairs...)
}

type normalizer struct {
	text *strings.Replacer
	flow map[string]string // what stands for a flow
	at   map[string]int    // position of an event, by its id
}

func (n *normalizer) event(e event.Event, at int) event.Event {
	if _, known := n.flow[e.Flow]; !known {
		n.flow[e.Flow] = strconv.Itoa(len(n.flow))
	}
	out := event.Event{V: e.V, Seq: uint64(at), ID: strconv.Itoa(at), Flow: n.flow[e.Flow], From: e.From, To: e.To, Kind: e.Kind} //nolint:gosec // a position
	if re := n.at[e.Re]; re > 0 {
		out.Re = strconv.Itoa(re)
	}
	switch {
	case e.Request != nil:
		r := *e.Request
		r.URL, r.Header, r.Body = n.string(r.URL), n.headers(r.Header), n.string(r.Body)
		out.Request = &r
	case e.Response != nil:
		r := *e.Response
		r.Header, r.Body = n.headers(r.Header), n.body(r)
		out.Response = &r
	case e.Verdict != nil:
		v := *e.Verdict
		v.Reason, v.Where = n.string(v.Reason), event.Where{}
		out.Verdict = &v
	case e.Change != nil:
		c := *e.Change
		c.Key, c.Fields = n.string(c.Key), slices.Clone(c.Fields)
		for i, f := range c.Fields {
			c.Fields[i].From, c.Fields[i].To = n.string(f.From), n.string(f.To)
		}
		out.Change = &c
	case e.Note != nil:
		o := *e.Note
		o.Text, o.Fields = n.string(o.Text), slices.Clone(o.Fields)
		for i, f := range o.Fields {
			o.Fields[i].Value = n.string(f.Value)
		}
		out.Note = &o
	}
	return out
}

func (n *normalizer) string(s string) string {
	s = timestamp.ReplaceAllString(n.text.Replace(s), "<time>")
	s = moment.ReplaceAllString(s, `"$1":0`)
	return keys.ReplaceAllString(s, `"$1":"<$1>"`)
}

func (n *normalizer) headers(all []event.Field) []event.Field {
	var out []event.Field
	for _, h := range all {
		if slices.Contains(told, strings.ToLower(h.Name)) {
			out = append(out, event.Field{Name: h.Name, Value: n.string(h.Value)})
		}
	}
	return out
}

// title matches what a page calls itself.
var title = regexp.MustCompile(`<title>[^<]*</title>`)

func (n *normalizer) body(r event.Response) string {
	for _, h := range r.Header {
		if strings.EqualFold(h.Name, "content-type") && strings.HasPrefix(h.Value, "text/html") {
			return n.string(title.FindString(r.Body))
		}
	}
	return n.string(r.Body)
}
