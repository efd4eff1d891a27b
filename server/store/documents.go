package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/nats-io/nats.go/jetstream"

	"oauthlab/lessons/event"
)

// Kind tells the documents of a lab apart: one for each party that keeps any.
// It consists of lower-case letters.
type Kind string

// The kinds of document.
const (
	Settings Kind = "settings" // chapter, switches, clock: written by the lab's API, read by all
	Auth     Kind = "auth"     // of the authorization server
	API      Kind = "api"      // of the resource server
	Agent    Kind = "agent"    // of the agent, from v10 on
	Webapp   Kind = "webapp"   // of the confidential client
	Bench    Kind = "bench"    // what learners' own clients did at the authorization server's issuers with a fault
	Keys     Kind = "keys"     // with which the authorization server signs: changed seldom, and longer than the rest
)

// keyOf is the name of a document in the bucket.
func keyOf(lab uuid.UUID, kind Kind) string { return lab.String() + "." + string(kind) }

// subjectOf is the subject under which the bucket stores the key.
func subjectOf(key string) string { return "$KV." + bucketName + "." + key }

// Documents is a handle on the documents of one kind, which are values of D as JSON.
type Documents[D any] struct {
	store *Store
	kind  Kind
	fresh func() D // what a document is that was never saved; nil: there is none then
}

// For returns the handle on the documents of kind. Every caller for one kind
// uses the same D. It panics on a kind that is no lower-case word, which is a
// mistake in the program.
func For[D any](s *Store, kind Kind) Documents[D] {
	if kind == "" || strings.Trim(string(kind), "abcdefghijklmnopqrstuvwxyz") != "" {
		panic(fmt.Sprintf("store: kind %q is not a lower-case word", kind))
	}
	return Documents[D]{store: s, kind: kind}
}

// Or returns the handle on documents that need no Create: one that was never saved is as
// fresh makes it, and the first Update saves it. Labs that are older than such a kind, or
// have no use for it yet, have it all the same.
func (d Documents[D]) Or(fresh func() D) Documents[D] {
	d.fresh = fresh
	return d
}

// Create saves the first version of a document and appends events to the lab's
// log. It returns ErrExists if there is one already (and then appends nothing),
// ErrTooLarge as Update does.
func (d Documents[D]) Create(ctx context.Context, lab uuid.UUID, doc D, events ...event.Event) error {
	return d.within(ctx, lab, "create", func(key string) error {
		for try := 0; ; try++ {
			v, err := d.commit(ctx, lab, version{key: key}, doc, events)
			if err == nil {
				d.store.finishSoon(ctx, lab, v.out)
				return nil
			}
			if !errors.Is(err, errConflict) {
				return err
			}
			// A cluster refuses already when another's document is on its way, which
			// nobody can read yet, and which may not arrive.
			if _, err := d.store.load(ctx, lab, key); !errors.Is(err, ErrNotFound) {
				return cmp.Or(err, ErrExists)
			}
			if err := pause(ctx, try); err != nil {
				return err
			}
		}
	})
}

// Get returns the document, or ErrNotFound (see Or). Whatever the document's last change
// told is in the log when Get returns.
func (d Documents[D]) Get(ctx context.Context, lab uuid.UUID) (D, error) {
	var none D
	if err := d.begin(); err != nil {
		return none, err
	}
	defer d.store.end()
	defer d.store.took("get")()
	v, err := d.read(ctx, lab, keyOf(lab, d.kind), d.store.alone)
	if err == nil && v.out.waits() {
		err = d.store.complete(ctx, lab, v.key)
	}
	if err != nil {
		return none, fmt.Errorf("get %s document: %w", d.kind, err)
	}
	return clone(*v.doc.(*D)), nil
}

// Update changes the document: it loads it, calls apply, and saves what apply
// made of it if nobody saved meanwhile; else it begins again, until ctx ends.
// Then it appends the events of the outbox to the lab's log.
//
// So apply may run more than once, each time on a document of its own and
// an empty outbox. It is quick, reaches out to nothing, and calls no method of
// the store. If it returns an error, nothing is saved nor appended, and Update
// returns an error that wraps it.
//
// Once the document is saved, Update returns nil, even if ctx has ended or the
// log cannot be written just then: the events stand in the document, and
// whoever touches it or reads the log next appends them first.
//
// Update returns ErrNotFound if there is no document (see Or), and ErrTooLarge if the
// document would be larger than Options.MaxDocument, an event larger than
// MaxEvent or the events larger than MaxOutbox.
func (d Documents[D]) Update(ctx context.Context, lab uuid.UUID, apply func(doc *D, out *Outbox) error) error {
	v, err := d.update(ctx, lab, nil, apply)
	if err == nil {
		d.store.finishSoon(ctx, lab, v.out)
	}
	return err
}

// UpdateIn is Update, whose events are saved behind those of the frame so far, and
// appended with what the frame is told later. What an earlier change in the frame told is
// appended first.
func (d Documents[D]) UpdateIn(ctx context.Context, f *Frame, apply func(doc *D, out *Outbox) error) error {
	if f.saved.waits() {
		if err := f.Tell(ctx); err != nil {
			return err
		}
	}
	v, err := d.update(ctx, f.lab, f.first, apply)
	if err == nil && v.out != nil {
		f.first, f.saved = nil, v.out
	}
	return err
}

// update is Update up to the save. The events first come before those of apply.
func (d Documents[D]) update(ctx context.Context, lab uuid.UUID, first []event.Event, apply func(*D, *Outbox) error) (v version, err error) {
	err = d.within(ctx, lab, "update", func(key string) error {
		cached := true
		for try := 0; ; try++ {
			v, err = d.attempt(ctx, lab, key, cached, first, apply)
			switch {
			case errors.Is(err, errStale):
				cached = false
				continue
			case !errors.Is(err, errConflict):
				return err
			}
			if err := pause(ctx, try); err != nil {
				return err
			}
		}
	})
	return v, err
}

// begin is the store's, for the kinds of document that this process opens.
func (d Documents[D]) begin() error {
	if open := d.store.options.Kinds; open != nil && !slices.Contains(open, d.kind) {
		return fmt.Errorf("%w: %s", ErrForeign, d.kind)
	}
	return d.store.begin()
}

// within runs do while it holds the document's lock.
func (d Documents[D]) within(ctx context.Context, lab uuid.UUID, verb string, do func(key string) error) error {
	if err := d.begin(); err != nil {
		return err
	}
	defer d.store.end()
	defer d.store.took(verb)()
	key := keyOf(lab, d.kind)
	unlock, err := d.store.documentLocks.lock(ctx, key)
	if err == nil {
		defer unlock()
		err = do(key)
	}
	if err != nil {
		return fmt.Errorf("%s %s document: %w", verb, d.kind, err)
	}
	return nil
}

// attempt is one round of Update up to the save: errConflict asks for another, and
// errStale for one without what is cached.
func (d Documents[D]) attempt(ctx context.Context, lab uuid.UUID, key string, cached bool, first []event.Event, apply func(*D, *Outbox) error) (version, error) {
	was, err := d.read(ctx, lab, key, cached)
	if err != nil {
		return version{}, err
	}
	// An outbox here was left behind by a process that died, or is under way. Its events
	// come before those of this Update.
	if err := d.store.finish(ctx, lab, was.out); err != nil {
		return version{}, err
	}
	doc := clone(*was.doc.(*D))
	var out Outbox
	if err := apply(&doc, &out); err != nil {
		if was.cached && !d.store.alone { // it may have judged what is no longer so
			return version{}, errStale
		}
		return version{}, err
	}
	if len(out.events) > 0 {
		out.events = slices.Concat(first, out.events)
	}
	return d.commit(ctx, lab, was, doc, out.events)
}

// version is a document as it stands in the bucket, or stood.
type version struct {
	key      string
	revision uint64    // 0: there is none yet
	written  time.Time // when, by the server's clock where it was read
	position uint64    // of the lab's log, as far as the document knows
	out      *outbox   // what was told with it; nil: nothing
	raw      []byte    // as JSON; nil where it is cached
	doc      any       // decoded, as a pointer, and never changed; nil where it was not
	size     int       // as JSON, in bytes
	cached   bool      // nobody asked if another version stands there now
}

// read returns the document as it stands, decoded. Where a cached version will do, it is
// as it stood when this process last read or saved it.
func (d Documents[D]) read(ctx context.Context, lab uuid.UUID, key string, cached bool) (version, error) {
	s := d.store
	if v, known := s.cache.get(key); cached && known && v.isDecoded() && s.lives(v) {
		v.cached = true
		return v, nil
	}
	epoch := s.cache.now()
	v, err := s.load(ctx, lab, key)
	if errors.Is(err, ErrNotFound) && d.fresh != nil {
		doc := d.fresh()
		return version{key: key, doc: &doc}, nil
	}
	if err != nil || v.isDecoded() {
		return v, err
	}
	doc := new(D)
	if err := json.Unmarshal(v.raw, doc); err != nil {
		return version{}, fmt.Errorf("decode document: %w", err)
	}
	v.doc = doc
	s.cache.put(epoch, v)
	return v, nil
}

func (v version) isDecoded() bool { return v.doc != nil }

// lives reports whether the server has not removed the version for its age.
func (s *Store) lives(v version) bool {
	age := time.Since(v.written)
	return age >= 0 && age < s.options.LabTTL
}

// commit saves doc with events in its outbox over the version was: the one
// moment at which the change happens. errConflict: another version stands there.
func (d Documents[D]) commit(ctx context.Context, lab uuid.UUID, was version, doc D, events []event.Event) (version, error) {
	s := d.store
	raw, err := json.Marshal(doc)
	if err != nil {
		return version{}, fmt.Errorf("encode document: %w", err)
	}
	if len(raw) > s.options.MaxDocument {
		return version{}, fmt.Errorf("%w: document of %d bytes, at most %d", ErrTooLarge, len(raw), s.options.MaxDocument)
	}
	next := version{key: was.key, position: was.position, raw: raw, size: len(raw)}
	if len(events) > 0 {
		// What the log would refuse is refused while nothing is saved yet.
		all, err := tellAll(events)
		if err != nil {
			return version{}, err
		}
		if total := size(all); total > MaxOutbox {
			return version{}, fmt.Errorf("%w: events of %d bytes in one change, at most %d", ErrTooLarge, total, MaxOutbox)
		}
		// Read before the save: whatever the log holds up to here, it is not
		// one of these events.
		tail, err := s.tail(ctx, lab)
		if err != nil {
			return version{}, err
		}
		next.position = max(next.position, tail.seq)
		next.out = &outbox{events: all, after: tail.stream, behind: next.position}
	} else if tail, known := s.tails.get(lab); known {
		next.position = max(next.position, tail.seq)
	}
	epoch := s.cache.now()
	if next, err = s.save(ctx, was, next); err != nil {
		return version{}, err
	}
	kept := clone(doc)
	next.doc, next.raw = &kept, nil
	s.cache.put(epoch, next)
	return next, nil
}

// load asks for the document of key, or returns ErrNotFound. It is decoded if this process
// knows the very version.
func (s *Store) load(ctx context.Context, lab uuid.UUID, key string) (version, error) {
	m, err := s.get(ctx, valuesName, oneRead{LastOf: subjectOf(key)})
	if errors.Is(err, errNoMessage) {
		s.cache.drop(key)
		return version{}, ErrNotFound
	}
	if err != nil {
		return version{}, fmt.Errorf("load document: %w", err)
	}
	return s.versionIn(m)
}

// versionIn reads a message of the bucket.
func (s *Store) versionIn(m message) (version, error) {
	v := version{key: strings.TrimPrefix(m.subject, subjectOf("")), revision: m.seq, written: m.stored}
	var err error
	if v.position, v.out, v.raw, err = decodeValue(m.data); err != nil {
		return version{}, fmt.Errorf("document %s: %w", v.key, err)
	}
	v.size = len(v.raw)
	if known, ok := s.cache.get(v.key); ok && known.revision == v.revision {
		v.out, v.doc = known.out, known.doc
	}
	return v, nil
}

// save writes the version next over the version was, and returns it as it stands then. It
// is finished even if ctx ends meanwhile, so that a caller who goes away leaves no doubt
// about it.
func (s *Store) save(ctx context.Context, was, next version) (version, error) {
	if err := ctx.Err(); err != nil {
		return version{}, err
	}
	value, err := encodeValue(next.position, next.out, next.raw)
	if err != nil {
		return version{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
	defer cancel()
	next.written = time.Now().Round(0)
	ack, err := s.publish(ctx, subjectOf(was.key), uuid.NewString(), was.revision, value)
	if err != nil {
		s.cache.drop(was.key)
	}
	if errors.Is(err, errConflict) {
		return version{}, err
	}
	if err != nil {
		return version{}, fmt.Errorf("save document: %w", err)
	}
	next.revision = ack.Sequence
	atSaved(next.out)
	return next, nil
}

// Touch keeps a lab from expiring: it renews every document of it that was not
// written during the last eighth of Options.LabTTL. It is cheap enough to be
// called whenever a lab is used: within an eighth of LabTTL, one look at a lab is
// enough. So a document is renewed when it is a quarter of LabTTL old at most. A lab
// without documents is ErrNotFound, unless it was looked at just before.
func (s *Store) Touch(ctx context.Context, lab uuid.UUID) error {
	age := s.options.LabTTL / 8
	now := time.Now().Round(0) // by the clock on the wall: it goes on while a laptop sleeps
	if last, known := s.touched.Get(lab); known && !now.Before(last) && now.Sub(last) < age && !s.isClosed() {
		return nil
	}
	if err := s.touch(ctx, lab, age); err != nil {
		return err
	}
	s.touched.Add(lab, now)
	return nil
}

// maxTouched bounds how many labs this process remembers to have looked at. Whichever
// was not used for longest is forgotten, and looked at again: that costs one read more.
const maxTouched = 8192

func newTouched() *lru.Cache[uuid.UUID, time.Time] {
	touched, _ := lru.New[uuid.UUID, time.Time](maxTouched) // fails for sizes below one
	return touched
}

func (s *Store) touch(ctx context.Context, lab uuid.UUID, age time.Duration) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.end()
	defer s.took("touch")()
	all, err := s.versionsOf(ctx, lab)
	if err != nil {
		return fmt.Errorf("touch lab: %w", err)
	}
	if len(all) == 0 {
		return fmt.Errorf("touch lab: %w", ErrNotFound)
	}
	for _, v := range all {
		err := s.renew(ctx, lab, v.key, age)
		// A document gone or written meanwhile needs no renewal.
		if err != nil && !errors.Is(err, errConflict) && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("touch lab: %w", err)
		}
	}
	return nil
}

// renew saves a document once more that is of that age. What it told stands in the log
// then, and is not saved with it again.
func (s *Store) renew(ctx context.Context, lab uuid.UUID, key string, age time.Duration) error {
	was, err := s.load(ctx, lab, key)
	if err != nil || time.Since(was.written) < age {
		return err
	}
	if err := s.finish(ctx, lab, was.out); err != nil {
		return err
	}
	tail, err := s.tail(ctx, lab)
	if err != nil {
		return err
	}
	next := version{key: key, position: max(was.position, tail.seq), raw: was.raw}
	if _, err = s.save(ctx, was, next); err == nil {
		s.cache.drop(key)
	}
	return err
}

// Delete removes every document of the lab, then its log. A lab that does not
// exist is no error. An Update under way at the same moment finds no document,
// or leaves a few events in the log, which expire. A lab's id is not used again.
func (s *Store) Delete(ctx context.Context, lab uuid.UUID) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.end()
	purge := func(stream jetstream.Stream, subject string) error {
		return s.patiently(ctx, func(ctx context.Context) error {
			return stream.Purge(ctx, jetstream.WithPurgeSubject(subject))
		})
	}
	if err := purge(s.values, subjectOf(lab.String()+".*")); err != nil {
		return fmt.Errorf("delete documents: %w", err)
	}
	s.cache.dropLab(lab)
	s.touched.Remove(lab)
	s.tails.drop(lab)
	if err := purge(s.events, logSubject(lab)); err != nil {
		return fmt.Errorf("delete log: %w", err)
	}
	s.tails.drop(lab)
	return nil
}

// versionsOf lists the documents of a lab, in no particular order.
func (s *Store) versionsOf(ctx context.Context, lab uuid.UUID) ([]version, error) {
	found, err := s.valuesOf(ctx, lab)
	if err != nil {
		return nil, err
	}
	all := make([]version, len(found))
	for i, m := range found {
		if all[i], err = s.versionIn(m); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// valuesOf reads the documents of a lab as they stand: at once where there is one
// copy, else one by one from the leader, who answers no batches. One that is
// written meanwhile moves behind the others, so it may be read twice and is never
// missed.
func (s *Store) valuesOf(ctx context.Context, lab uuid.UUID) ([]message, error) {
	subject := subjectOf(lab.String() + ".*")
	if s.replicas == 1 {
		found, _, err := s.read(ctx, valuesName, batchRead{LastOf: []string{subject}})
		return found, err
	}
	var found []message
	for from := uint64(1); ; {
		m, err := s.get(ctx, valuesName, oneRead{From: from, Subject: subject})
		if errors.Is(err, errNoMessage) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		found, from = append(found, m), m.seq+1
	}
}
