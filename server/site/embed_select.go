package site

import (
	"cmp"
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
	sayTheme  = "theme"
)

// maxSelector bounds an address: bytes of the query.
const maxSelector = 1024

// themes are the values of theme.
var themes = []string{"light", "dark"}

// selection is what an address selects in a chapter.
type selection struct {
	attack   string
	switches guard.Switches // nil where it names what the chapter has not
	theme    string
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
		if !slices.Contains([]string{sayAttack, guard.LinkOff, guard.LinkSet, sayTheme}, name) || len(values) != 1 {
			return s, false
		}
	}
	s.attack, s.theme = query.Get(sayAttack), query.Get(sayTheme)
	if query.Has(sayTheme) && !slices.Contains(themes, s.theme) || query.Has(sayAttack) && s.attack == "" {
		return s, false
	}
	s.switches = switchesOf(guard.Rules{Chapter: chapter}, query)
	return s, true
}

// switchesOf is how a lab of a chapter is switched in which these are off, and those set; nil
// where there is no such thing in it.
func switchesOf(there guard.Rules, query url.Values) guard.Switches {
	s, err := guard.Switches{}, error(nil)
	for _, parameter := range []string{guard.LinkOff, guard.LinkSet} {
		for _, item := range guard.LinkItems(query[parameter]) {
			change, known := guard.ReadLinkItem(there, parameter, item)
			switch {
			case !known:
				return nil
			case change.Protection != "":
				s, err = s.WithProtection(change.Protection, false)
			default:
				s, err = s.With(change.Part.ID, change.Value)
			}
			if err != nil {
				return nil
			}
		}
	}
	return s
}

// differences are those between a lab and how its chapter opens, as a link and in words.
type differences struct {
	off, set []string
	words    []string // what is set: "PKCE: client sends plain"
	gone     []string // what is off: "PKCE"
}

// differencesOf tells how a lab of the chapter differs that is switched so.
func differencesOf(chapter string, s guard.Switches) differences {
	var out differences
	there := guard.Rules{Chapter: chapter}
	for _, p := range guard.Catalogue() {
		parts := slices.DeleteFunc(slices.Clone(p.Parts), func(part guard.Part) bool { return !there.Has(part.ID) })
		for _, d := range guard.Differences(p, parts, func(part guard.Part) (string, bool) { value, is := s[part.ID]; return value, is }) {
			if d.Parameter == guard.LinkOff {
				out.off = append(out.off, d.Item)
			} else {
				out.set = append(out.set, d.Item)
			}
			switch {
			case d.Part.ID == "":
				out.gone = append(out.gone, p.Title)
			case d.Value == "":
				out.gone = append(out.gone, d.Part.Title)
			default:
				out.words = append(out.words, p.NameOf(d.Part)+" "+d.Value)
			}
		}
	}
	return out
}

// Words says it in words: "PKCE off", "everything on".
func (s differences) Words() string {
	words := slices.Clone(s.words)
	if len(s.gone) > 0 {
		words = append([]string{prose.List(s.gone) + " off"}, words...)
	}
	return cmp.Or(strings.Join(words, ", "), "everything on")
}

// Phrase is Words at the beginning of a line.
func (s differences) Phrase() string { return prose.Capital(s.Words()) }

// lab are the parameters with which a page of the lab stands so.
func (s differences) lab() []string {
	var query []string
	for name, ids := range map[string][]string{guard.LinkOff: s.off, guard.LinkSet: s.set} {
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
	switches guard.Switches
	differences
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
			all = append(all, &held{Run: r, switches: s, differences: differencesOf(r.Chapter, s)})
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
