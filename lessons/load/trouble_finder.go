package load

import (
	"cmp"
	"slices"
	"strings"

	"oauthlab/lessons/prose"
)

// TroubleFinder finds the entry of the troubleshooting that an error belongs to. Its keys are
// the entries' own: the words of Says, and the checks of Guard. It is never changed
// after NewTroubleFinder.
type TroubleFinder struct {
	exact    map[string]string // message: id of the entry
	patterns []saying          // with gaps, the most literal first
	guards   map[string]string // id of a check: id of its first entry
	shows    []shown           // in the order of the troubleshooting
}

// shown is what a browser or a tool shows, in small letters.
type shown struct{ text, entry string }

// saying is a message with gaps, as the texts between them.
type saying struct {
	texts   []string
	literal int // bytes of them
	entry   string
}

// Bounds of what Find looks at.
const (
	maxSaid   = 1024 // bytes of a message; the rest is not looked at
	maxPieces = 32   // places at which a sentence in it may begin or end
	minWord   = 4    // bytes of a word that is looked for by itself
)

// NewTroubleFinder indexes the troubleshooting.
func NewTroubleFinder(groups []TroubleGroup) *TroubleFinder {
	c := &TroubleFinder{exact: map[string]string{}, guards: map[string]string{}}
	for _, g := range groups {
		for _, t := range g.Troubles {
			for _, id := range t.Guards {
				if c.guards[id] == "" {
					c.guards[id] = t.ID
				}
			}
			for _, text := range t.Shows {
				c.shows = append(c.shows, shown{strings.ToLower(text), t.ID})
			}
			for _, says := range t.Says {
				texts := strings.Split(asSentence(says), "…")
				if len(texts) == 1 {
					c.exact[texts[0]] = t.ID
					continue
				}
				c.patterns = append(c.patterns, saying{texts, len(strings.Join(texts, "")), t.ID})
			}
		}
	}
	slices.SortStableFunc(c.patterns, func(a, b saying) int { return cmp.Compare(b.literal, a.literal) })
	return c
}

// Find returns the id of the entry for an error: for what was said, which may stand
// among other words, such as "invalid_grant: This code has expired."; else for the
// check that refused.
func (c *TroubleFinder) Find(says, guardID string) (id string, found bool) {
	if len(says) > maxSaid {
		says = says[:maxSaid]
	}
	pieces := sentencesIn(says)
	for _, piece := range pieces {
		if id, found = c.exact[piece]; found {
			return id, true
		}
	}
	for _, p := range c.patterns {
		if slices.ContainsFunc(pieces, p.matches) {
			return p.entry, true
		}
	}
	if id, found = c.guards[guardID]; found {
		return id, true
	}
	return c.findShown(strings.ToLower(strings.TrimSpace(says)))
}

// findShown returns the entry of what a browser or a tool shows, for all of it among other
// words, or for a word of it, such as "CORS".
func (c *TroubleFinder) findShown(said string) (id string, found bool) {
	for _, s := range c.shows {
		if strings.Contains(said, s.text) {
			return s.entry, true
		}
	}
	for _, s := range c.shows {
		if len(said) >= minWord && slices.Contains(strings.Fields(s.text), said) {
			return s.entry, true
		}
	}
	return "", false
}

// matches reports whether the message is the saying with its gaps filled.
func (s saying) matches(message string) bool {
	first, last := s.texts[0], s.texts[len(s.texts)-1]
	rest, ok := strings.CutPrefix(message, first)
	if !ok {
		return false
	}
	if rest, ok = strings.CutSuffix(rest, last); !ok {
		return false
	}
	for _, text := range s.texts[1 : len(s.texts)-1] {
		if _, rest, ok = strings.Cut(rest, text); !ok {
			return false
		}
	}
	return true
}

// sentencesIn returns every stretch of a message that may be a message itself, the
// longest first.
func sentencesIn(message string) []string {
	begins, ends := []int{0}, []int{len(message)}
	for i := 0; i+1 < len(message) && len(begins) < maxPieces; i++ {
		if message[i+1] != ' ' || message[i] != ':' && message[i] != '.' {
			continue
		}
		begins = append(begins, i+2)
		ends = append(ends, i)
	}
	var all []string
	for _, begin := range begins {
		for _, end := range ends {
			if begin < end {
				all = append(all, asSentence(message[begin:end]))
			}
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return all
}

// asSentence brings a message into one form: a reason such as "this code has
// expired" is said as a sentence elsewhere.
func asSentence(s string) string { return prose.Sentence(strings.TrimSpace(s)) }
