package lab

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/store"
)

// KindSettings names the settings document in the store.
const KindSettings = store.Settings

// maxAnnounced bounds how many announced authorizations a lab remembers.
const maxAnnounced = 16

// Settings is what a learner chose, one document a lab. Every party reads it.
type Settings struct {
	Chapter     string         `json:"chapter"`
	Version     string         `json:"version,omitempty"` // that the chapter stands on; absent: itself
	KeyHash     []byte         `json:"key_hash"`          // SHA-256 of the lab's key
	Switches    guard.Switches `json:"switches,omitempty"`
	ClockOffset time.Duration  `json:"clock_offset,omitempty"` // nanoseconds
	Announced   []Announcement `json:"announced,omitempty"`    // oldest first, at most maxAnnounced
	OwnClients  []OwnClient    `json:"own_clients,omitempty"`  // at most MaxOwnClients
	Users       []User         `json:"users,omitempty"`        // beside those of every lab, at most MaxUsers
	Seeded      *Start         `json:"seeded,omitempty"`       // of a lab that a seed made: what a reset brings it back to
	Created     time.Time      `json:"created"`
}

// Announcement is a client's word that it is about to open exactly one
// authorization URL, so that the server can adopt the client's flow id.
type Announcement struct {
	Hash []byte `json:"hash"` // SHA-256 of the URL
	Flow string `json:"flow"`
	Note string `json:"note,omitempty"` // id of the event that announced it
}

func newAnnouncement(e event.Event) Announcement {
	return Announcement{Hash: hashOf(e.Note.Get("url")), Flow: e.Flow, Note: e.ID}
}

func hashOf(url string) []byte {
	sum := sha256.Sum256([]byte(url))
	return sum[:]
}

// UnmarshalJSON reads an announcement, also as older releases kept it: with the URL.
func (a *Announcement) UnmarshalJSON(data []byte) error {
	type plain Announcement
	var kept struct {
		plain
		URL string `json:"url"`
	}
	err := json.Unmarshal(data, &kept)
	if *a = Announcement(kept.plain); kept.URL != "" {
		a.Hash = hashOf(kept.URL)
	}
	return err
}

// Rules returns what exists in the lab and how it is switched.
func (s Settings) Rules() guard.Rules {
	return guard.Rules{Chapter: s.StandsOn(), Switches: s.Switches}
}

// StandsOn returns the version of the lab that says what exists in the chapter.
func (s Settings) StandsOn() string {
	if s.Version != "" {
		return s.Version
	}
	return s.Chapter
}

// announce remembers a, forgetting the oldest beyond the bound.
func (s *Settings) announce(a Announcement) {
	s.Announced = append(s.Announced, a)
	if excess := len(s.Announced) - maxAnnounced; excess > 0 {
		s.Announced = append([]Announcement(nil), s.Announced[excess:]...)
	}
}

// announced reports whether what a step announces has been announced by the very same.
func (s Settings) announced(step []event.Event) bool {
	for _, e := range step {
		known := func(a Announcement) bool { return a.Note == e.ID }
		if announces(e) && !slices.ContainsFunc(s.Announced, known) {
			return false
		}
	}
	return true
}

// flowOf returns the flow that was last announced for the URL, or "".
func (s Settings) flowOf(url string) string {
	hash := hashOf(url)
	for i := len(s.Announced) - 1; i >= 0; i-- {
		if bytes.Equal(s.Announced[i].Hash, hash) {
			return s.Announced[i].Flow
		}
	}
	return ""
}
