package session

import "strings"

// Finds reports whether every word that is looked for stands in the texts, in whatever
// capitals.
func Finds(query string, texts ...string) bool {
	if query == "" {
		return true
	}
	all := strings.ToLower(strings.Join(texts, "\n"))
	for word := range strings.FieldsSeq(strings.ToLower(query)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

// Finds reports whether the protection is what is looked for: by its own words, its
// chapter, or those of its parts and their sections.
func (s ProtectionStatus) Finds(query string) bool {
	texts := []string{s.Protection.ID, s.Protection.Title, s.Protection.Stops, s.Protection.Chapter}
	for _, p := range s.Parts {
		texts = append(texts, string(p.Part.ID), p.Part.Title, p.Part.Does, p.Part.Section)
	}
	return Finds(query, texts...)
}
