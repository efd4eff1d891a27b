package lab

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/store"
)

// Labs opens, creates and changes labs. It is safe for concurrent use.
type Labs struct {
	Store        *store.Store
	Origins      Origins
	Now          func() time.Time
	OwnRedirects OwnRedirects
	Parties      []Document // the documents that a new lab gets, beside its settings

	// Chapters names the version that a chapter stands on, by the chapter's id. The
	// versions themselves are known without it.
	Chapters map[string]string

	// Gate returns a *UnavailableError while no lab can be opened, and nil otherwise. It
	// returns at once; a nil Gate is always open.
	Gate func() error
}

// UnavailableError says that no lab can be opened, made or written to for the moment: the store
// or the clock is not to be relied on.
type UnavailableError struct {
	Wait time.Duration // ask again after it
}

func (e *UnavailableError) Error() string { return "the lab's house is closed for the moment" }

func (ls *Labs) gate() error {
	if ls.Gate == nil {
		return nil
	}
	return ls.Gate()
}

// Document is one party's record of a lab, as the lab's desk handles it.
type Document interface {
	Party() event.Party
	Feature() guard.Feature // without which the party is not there; "": from the first chapter on
	Create(ctx context.Context, l *Lab) error
	Reset(ctx context.Context, l *Lab) error
	Read(ctx context.Context, l *Lab) (json.RawMessage, error)
	Sheet(ctx context.Context, l *Lab) (Sheet, error) // of what Read returns
}

// Lab is a lab as it stood when a request came in. The settings are a snapshot.
type Lab struct {
	ID       uuid.UUID
	Settings Settings
	Origins  Origins
	now      func() time.Time
}

// ErrUnknownChapter is returned for a chapter that this lab does not have.
var ErrUnknownChapter = errors.New("there is no such chapter")

// VersionOf returns the version of the lab that a chapter stands on; "" where there
// is no such chapter.
func (ls *Labs) VersionOf(chapter string) string {
	if slices.Contains(guard.Versions(), chapter) {
		return chapter
	}
	return ls.Chapters[chapter]
}

// settle puts the settings into a chapter, or returns ErrUnknownChapter.
func (ls *Labs) settle(s *Settings, chapter string) error {
	version := ls.VersionOf(chapter)
	if version == "" {
		return ErrUnknownChapter
	}
	s.Chapter, s.Version = chapter, ""
	if version != chapter {
		s.Version = version
	}
	return nil
}

// Now is the lab's time: the real one, moved by the learner's offset, in UTC.
func (l *Lab) Now() time.Time { return l.now().Add(l.Settings.ClockOffset).UTC() }

// ParseID reads a lab's id as it stands in an address, in its one spelling: under another,
// the issuer would not be the one asked for (RFC 8414 §3.3).
func ParseID(text string) (id uuid.UUID, ok bool) {
	id, err := uuid.Parse(text)
	return id, err == nil && id.String() == text
}

// Issuer is the lab's issuer identifier.
func (l *Lab) Issuer() string { return l.Origins.Issuer(l.ID) }

// API is the address below which the lab's API stands: on an origin of its own from the
// chapter on that splits the servers, and before on the authorization server's.
func (l *Lab) API() string {
	if l.Settings.Rules().Offers(guard.Introspection) {
		return l.Origins[event.API] + "/" + l.ID.String()
	}
	return l.Issuer()
}

// FlowOf returns the flow that a client announced for exactly this URL, or "".
func (l *Lab) FlowOf(url string) string { return l.Settings.flowOf(url) }

// Opens reports whether key is the lab's key, in constant time.
func (l *Lab) Opens(key string) bool {
	sum := sha256.Sum256([]byte(key))
	return subtle.ConstantTimeCompare(sum[:], l.Settings.KeyHash) == 1
}

func (ls *Labs) settings() store.Documents[Settings] {
	return store.For[Settings](ls.Store, KindSettings)
}

func (ls *Labs) with(id uuid.UUID, s Settings) *Lab {
	return &Lab{ID: id, Settings: s, Origins: ls.Origins, now: ls.Now}
}

// Create makes a lab at the start of a chapter and returns it with its key,
// which is kept nowhere else. It returns ErrUnknownChapter for other chapters.
func (ls *Labs) Create(ctx context.Context, chapter string) (*Lab, string, error) {
	settings := Settings{Created: ls.Now().UTC()}
	if err := ls.settle(&settings, chapter); err != nil {
		return nil, "", err
	}
	if err := ls.gate(); err != nil {
		return nil, "", err
	}
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return nil, "", fmt.Errorf("make a lab's key: %w", err)
	}
	key := base64.RawURLEncoding.EncodeToString(secret)
	hash := sha256.Sum256([]byte(key))
	settings.KeyHash = hash[:]
	l := ls.with(uuid.New(), settings)

	for _, d := range ls.Parties {
		if err := d.Create(ctx, l); err != nil {
			return nil, "", fmt.Errorf("create the document of %s: %w", d.Party(), err)
		}
	}
	created := l.NewNote(event.NoteLabCreated, "a lab is opened in chapter "+chapter, event.Field{Name: "chapter", Value: chapter})
	// The settings come last: a lab exists once they do.
	if err := ls.settings().Create(ctx, l.ID, l.Settings, created); err != nil {
		return nil, "", fmt.Errorf("create the settings: %w", err)
	}
	return l, key, nil
}

// Open returns the lab, or store.ErrNotFound, or a *UnavailableError.
func (ls *Labs) Open(ctx context.Context, id uuid.UUID) (*Lab, error) {
	if err := ls.gate(); err != nil {
		return nil, err
	}
	s, err := ls.settings().Get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("open lab: %w", err)
	}
	if err := ls.Store.Touch(ctx, id); err != nil { // who is used does not expire
		return nil, fmt.Errorf("touch lab: %w", err)
	}
	return ls.with(id, s), nil
}

// resendWindow is how old an event may be to be taken for new: the log itself notices
// one that is told twice within that time.
const resendWindow = time.Minute

// Record appends what a client in the browser, the robot or the lab itself tells in one
// step. An announcement of an authorization URL is remembered in the same step.
func (ls *Labs) Record(ctx context.Context, l *Lab, step ...event.Event) error {
	if err := ls.gate(); err != nil {
		return err
	}
	if slices.ContainsFunc(step, announces) {
		return ls.settings().Update(ctx, l.ID, func(s *Settings, out *store.Outbox) error {
			if s.announced(step) {
				return nil // told again: who told it did not hear that it was taken
			}
			for _, e := range step {
				if announces(e) {
					s.announce(newAnnouncement(e))
				}
				out.Add(e)
			}
			return nil
		})
	}
	record := ls.Store.Append
	for _, e := range step {
		if l.Now().Sub(e.Time) > resendWindow {
			record = ls.Store.AppendOnce // a client that was asleep may tell it again
		}
	}
	_, err := record(ctx, l.ID, step...)
	return err
}

// announces reports whether a client tells by e that it opens an authorization URL.
func announces(e event.Event) bool {
	return e.Note != nil && (e.Note.Name == event.NoteOpen || e.Note.Name == event.NoteDelegates) && len(e.Note.Get("url")) <= event.MaxURL
}

// Change is what a learner changes about a lab; nil leaves a thing as it is.
type Change struct {
	Chapter     *string
	Switches    func(guard.Switches) (guard.Switches, error)
	ClockOffset *time.Duration
}

// Change applies c and records what became different. It returns the lab as it
// stands then, ErrUnknownChapter, or the error of c.Switches.
func (ls *Labs) Change(ctx context.Context, id uuid.UUID, c Change) (*Lab, error) {
	var after *Lab
	err := ls.settings().Update(ctx, id, func(s *Settings, out *store.Outbox) error {
		before := *s
		if c.Chapter != nil {
			if err := ls.settle(s, *c.Chapter); err != nil {
				return err
			}
		}
		if c.Switches != nil {
			next, err := c.Switches(s.Switches)
			if err != nil {
				return err
			}
			s.Switches = next
		}
		if c.ClockOffset != nil {
			s.ClockOffset = *c.ClockOffset
		}
		after = ls.with(id, *s)
		after.tellDifferences(before, out)
		return nil
	})
	return after, err
}

// tellDifferences puts what changed since before into the outbox.
func (l *Lab) tellDifferences(before Settings, out *store.Outbox) {
	for _, change := range differences(before, l.Settings) {
		e := l.newEvent(event.Lab, event.KindChange)
		e.Change = &change
		out.Add(e)
	}
}

// differences tells what a learner changed between two settings.
func differences(before, after Settings) []event.Change {
	var changes []event.Change
	for _, p := range guard.Catalogue() {
		fields := partDifferences(p, guard.Rules{Switches: before.Switches}, guard.Rules{Switches: after.Switches})
		if len(fields) == 0 {
			continue
		}
		on := event.ChangeField{
			Name: "on",
			From: strconv.FormatBool(before.Switches.ProtectionOn(p)),
			To:   strconv.FormatBool(after.Switches.ProtectionOn(p)),
		}
		changes = append(changes, event.Change{
			What: "protection", Action: "switched", Key: p.ID, Fields: append([]event.ChangeField{on}, fields...),
		})
	}
	if before.ClockOffset != after.ClockOffset {
		changes = append(changes, event.Change{What: "clock", Action: "moved", Fields: []event.ChangeField{
			{Name: "offset", From: before.ClockOffset.String(), To: after.ClockOffset.String()},
		}})
	}
	if before.Chapter != after.Chapter {
		changes = append(changes, event.Change{What: "chapter", Action: "switched", Fields: []event.ChangeField{
			{Name: "chapter", From: before.Chapter, To: after.Chapter},
		}})
	}
	return changes
}

func partDifferences(p guard.Protection, before, after guard.Rules) []event.ChangeField {
	var fields []event.ChangeField
	for _, part := range p.Parts {
		was, is := before.Setting(part), after.Setting(part)
		if was != is {
			fields = append(fields, event.ChangeField{
				Name: string(part.ID), From: fmt.Sprint(was), To: fmt.Sprint(is),
			})
		}
	}
	return fields
}

// Reset brings every document back to the start of the chapter and switches
// everything on; a lab of a seed, to what the seed says. The learner's own clients stay
// registered, and the log goes on: what happened stays readable.
func (ls *Labs) Reset(ctx context.Context, l *Lab) (*Lab, error) {
	for _, d := range ls.Parties {
		if err := d.Reset(ctx, l); err != nil {
			return nil, fmt.Errorf("reset the document of %s: %w", d.Party(), err)
		}
	}
	var after *Lab
	err := ls.settings().Update(ctx, l.ID, func(s *Settings, out *store.Outbox) error {
		before := *s
		*s = s.begun()
		after = ls.with(l.ID, *s)
		after.tellDifferences(before, out)
		out.Add(after.NewNote(event.NoteReset, "the lab is back at the start of chapter "+s.Chapter))
		return nil
	})
	return after, err
}

// NewNote makes a note of the lab's own desk, to be recorded.
func (l *Lab) NewNote(name, text string, fields ...event.Field) event.Event {
	e := l.newEvent(event.Lab, event.KindNote)
	e.Note = &event.Note{Name: name, Text: text, Fields: fields}
	return e
}

// newEvent begins an event of the lab's present moment.
func (l *Lab) newEvent(from event.Party, kind event.Kind) event.Event {
	return event.Event{V: event.Version, ID: uuid.NewString(), Time: l.Now(), From: from, Kind: kind}
}
