package site

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"oauthlab/app/timeline"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/lessons/recording"
)

// What an address of a recording may say. Each is said once at most; nothing of it reaches
// the page.
//
//	attack=intercepted-code    the attack; without it, what happens in the chapter
//	off=pkce,state.compare     protections and parts that are off, in any order
//	set=pkce.method:plain      what habits and settings are set to
//	theme=dark                 the colours, where not the reader's
const (
	sayAttack = "attack"
	sayOff    = "off"
	saySet    = "set"
	sayTheme  = "theme"
)

// Bounds of an address.
const (
	maxSelector = 1024 // bytes of the query
	maxSwitched = 40   // protections and parts
)

// themes are the values of theme.
var themes = []string{"light", "dark"}

// selection is what an address selects in a chapter.
type selection struct {
	attack string
	stands guard.Switches // nil where it names what the chapter has not
	theme  string
}

// readSelection reads a query of a chapter. ok is false where it says what none may say.
func readSelection(chapter, raw string) (s selection, ok bool) {
	if len(raw) > maxSelector {
		return s, false
	}
	query, err := url.ParseQuery(raw)
	if err != nil {
		return s, false
	}
	for name, values := range query {
		if !slices.Contains([]string{sayAttack, sayOff, saySet, sayTheme}, name) || len(values) != 1 {
			return s, false
		}
	}
	s.attack, s.theme = query.Get(sayAttack), query.Get(sayTheme)
	if query.Has(sayTheme) && !slices.Contains(themes, s.theme) || query.Has(sayAttack) && s.attack == "" {
		return s, false
	}
	off, set := items(query.Get(sayOff)), items(query.Get(saySet))
	if len(off)+len(set) > maxSwitched {
		return s, false
	}
	s.stands = standsAs(guard.Rules{Chapter: chapter}, off, set)
	return s, true
}

func items(list string) []string {
	return slices.DeleteFunc(strings.Split(list, ","), func(item string) bool { return item == "" })
}

// standsAs is how a lab of a chapter stands in which these are off, and those set; nil where
// there is no such thing in it.
func standsAs(there guard.Rules, off, set []string) guard.Switches {
	s, err := guard.Switches{}, error(nil)
	for _, id := range off {
		switch p, whole := guard.Find(id); {
		case whole && p.TaughtIn(there.Chapter):
			s, err = s.WithProtection(id, false)
		case there.Has(guard.ID(id)):
			s, err = s.With(guard.ID(id), json.RawMessage("false"))
		default:
			return nil
		}
		if err != nil {
			return nil
		}
	}
	for _, item := range set {
		id, value, _ := strings.Cut(item, ":")
		if !there.Has(guard.ID(id)) {
			return nil
		}
		text, _ := json.Marshal(value) //nolint:errchkjson // a string
		if part, _ := guard.FindPart(guard.ID(id)); part.Refuses() && value == guard.SetOff {
			text = json.RawMessage("false")
		}
		if s, err = s.With(guard.ID(id), text); err != nil {
			return nil
		}
	}
	return s
}

// standing is one way in which a lab of a chapter stands, as a link and in words.
type standing struct {
	off, set []string
	words    []string // what is set: "PKCE: client sends plain"
	gone     []string // what is off: "PKCE"
}

// standingOf tells how a lab of the chapter stands. A protection all of whose checks are off
// is off as a whole. A part that has its protection's name is said by set, for off means both.
func standingOf(chapter string, s guard.Switches) standing {
	var out standing
	there := guard.Rules{Chapter: chapter}
	for _, p := range guard.Catalogue() {
		var off []guard.Part
		checks := 0
		for _, part := range p.Parts {
			value, switched := s[part.ID]
			switch {
			case !there.Has(part.ID):
			case part.Refuses():
				checks++
				if switched {
					off = append(off, part)
				}
			case switched:
				out.set = append(out.set, string(part.ID)+":"+value)
				out.words = append(out.words, p.NameOf(part)+" "+value)
			}
		}
		if len(off) > 0 && len(off) == checks {
			out.off, out.gone = append(out.off, p.ID), append(out.gone, p.Title)
			continue
		}
		for _, part := range off {
			if string(part.ID) == p.ID {
				out.set, out.gone = append(out.set, p.ID+":"+guard.SetOff), append(out.gone, part.Title)
				continue
			}
			out.off, out.gone = append(out.off, string(part.ID)), append(out.gone, part.Title)
		}
	}
	return out
}

// Text says it in words: "PKCE off", "everything on".
func (s standing) Words() string {
	words := slices.Clone(s.words)
	if len(s.gone) > 0 {
		words = append([]string{prose.List(s.gone) + " off"}, words...)
	}
	return cmp.Or(strings.Join(words, ", "), "everything on")
}

// Phrase is Words at the beginning of a line.
func (s standing) Phrase() string { return prose.Capital(s.Words()) }

// lab are the parameters with which a page of the lab stands so.
func (s standing) lab() []string {
	var query []string
	for name, ids := range map[string][]string{sayOff: s.off, saySet: s.set} {
		if len(ids) > 0 {
			query = append(query, name+"="+strings.Join(ids, ","))
		}
	}
	slices.Sort(query)
	return query
}

// address puts parameters behind a path. They are ids of ours, which need no escaping.
func address(path string, query []string) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + strings.Join(query, "&")
}

// held is one recording, as one address shows it.
type held struct {
	recording.Run
	stands guard.Switches
	standing
	render func() (string, error) // the page, once; nil until it is served
}

// Address is the canonical one.
func (h held) Address() string {
	query := h.lab()
	if h.Attack != "" {
		query = append([]string{sayAttack + "=" + h.Attack}, query...)
	}
	return address(embedPath+"/"+h.Chapter, query)
}

// Ending says how it ended, in a few words; "" of what is no attack.
func (h held) Ending() string {
	switch {
	case h.Attack == "":
		return ""
	case h.Succeeded():
		return "succeeds"
	case h.By == "":
		return "comes to nothing"
	}
	return "stopped by " + timeline.GuardName(h.By)
}

// allHeld are the recordings of a chapter, in the order in which its attacks are taught, and
// each in every way in which a lab may stand for it.
func allHeld(runs []recording.Run, attacks []string) []*held {
	var all []*held
	for _, r := range runs {
		for _, s := range r.Stands {
			all = append(all, &held{Run: r, stands: s, standing: standingOf(r.Chapter, s)})
		}
	}
	rank := func(h *held) int { return slices.Index(attacks, h.Attack) }
	slices.SortStableFunc(all, func(a, b *held) int {
		return cmp.Or(cmp.Compare(a.Chapter, b.Chapter), cmp.Compare(rank(a), rank(b)))
	})
	return all
}

// shortest leaves of the ways in which a run is held the one that is quickest to say.
func shortest(all []*held) []*held {
	best := map[string]*held{} // by what the run is
	key := func(h *held) string {
		return h.File() + " " + recording.Key(h.Chapter, h.Stands[0])
	}
	for _, h := range all {
		if b := best[key(h)]; b == nil || len(h.Address()) < len(b.Address()) {
			best[key(h)] = h
		}
	}
	kept := slices.Collect(maps.Values(best))
	return slices.DeleteFunc(slices.Clone(all), func(h *held) bool { return !slices.Contains(kept, h) })
}
