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
	Webapp   Kind = "webapp"   // of the confidential client
)

// keyOf is the name of a document in the bucket.
func keyOf(lab uuid.UUID, kind Kind) string { return lab.String() + "." + string(kind) }

// subjectOf is the subject under which the bucket stores the key.
func subjectOf(key string) string { return "$KV." + bucketName + "." + key }

// Documents is a handle on the documents of one kind, which are values of D as JSON.
type Documents[D any] struct {
	store *Store
	kind  Kind
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

// Create saves the first version of a document and appends events to the lab's
// log. It returns ErrExists if there is one already (and then appends nothing),
// ErrTooLarge as Update does.
func (d Documents[D]) Create(ctx context.Context, lab uuid.UUID, doc D, events ...event.Event) error {
	return d.within(ctx, lab, "create", func(key string) error {
		for try := 0; ; try++ {
			p, err := d.commit(ctx, lab, saved{key: key}, doc, events)
			if err == nil {
				d.store.finishSoon(ctx, p)
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

// Get returns the document, or ErrNotFound. Whatever the document's last change
// told is in the log when Get returns.
func (d Documents[D]) Get(ctx context.Context, lab uuid.UUID) (D, error) {
	var none D
	if err := d.begin(); err != nil {
		return none, err
	}
	defer d.store.end()
	defer d.store.took("get")()
	p, err := d.store.load(ctx, lab, keyOf(lab, d.kind))
	if err == nil && len(p.env.Outbox) > 0 {
		err = d.store.complete(ctx, lab, p.saved.key)
	}
	var doc D
	if err == nil {
		doc, err = d.decode(p.doc)
	}
	if err != nil {
		return none, fmt.Errorf("get %s document: %w", d.kind, err)
	}
	return doc, nil
}

// Update changes the document: it loads it, calls apply, and saves what apply
// made of it if nobody saved meanwhile; else it begins again, until ctx ends.
// Then it appends the events of the outbox to the lab's log.
//
// So apply may run more than once, each time on a document freshly loaded and
// an empty outbox. It is quick, reaches out to nothing, and calls no method of
// the store. If it returns an error, nothing is saved nor appended, and Update
// returns an error that wraps it.
//
// Once the document is saved, Update returns nil, even if ctx has ended or the
// log cannot be written just then: the events stand in the document, and
// whoever touches it or reads the log next appends them first.
//
// Update returns ErrNotFound if there is no document, and ErrTooLarge if the
// document would be larger than Options.MaxDocument, an event larger than
// MaxEvent or the events larger than MaxOutbox.
func (d Documents[D]) Update(ctx context.Context, lab uuid.UUID, apply func(doc *D, out *Outbox) error) error {
	return d.within(ctx, lab, "update", func(key string) error {
		for try := 0; ; try++ {
			p, err := d.attempt(ctx, lab, key, apply)
			if err == nil {
				d.store.finishSoon(ctx, p)
				return nil
			}
			if !errors.Is(err, errConflict) {
				return err
			}
			if err := pause(ctx, try); err != nil {
				return err
			}
		}
	})
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

// attempt is one round of Update up to the save: errConflict asks for another.
func (d Documents[D]) attempt(ctx context.Context, lab uuid.UUID, key string, apply func(*D, *Outbox) error) (pending, error) {
	p, err := d.store.load(ctx, lab, key)
	if err != nil {
		return pending{}, err
	}
	// An outbox here was left behind by a process that died, or is under way in
	// another one. Its events come before those of this Update.
	was, err := d.store.finish(ctx, p)
	if err != nil {
		return pending{}, err
	}
	doc, err := d.decode(p.doc)
	if err != nil {
		return pending{}, err
	}
	var out Outbox
	if err := apply(&doc, &out); err != nil {
		return pending{}, err
	}
	return d.commit(ctx, lab, was, doc, out.events)
}

func (d Documents[D]) decode(value []byte) (doc D, err error) {
	if err := json.Unmarshal(value, &doc); err != nil {
		return doc, fmt.Errorf("decode document: %w", err)
	}
	return doc, nil
}

// saved is where a document stands in the bucket.
type saved struct {
	key      string
	revision uint64    // 0: there is none yet
	written  time.Time // when, by the server's clock
	position uint64    // of the lab's log, as far as the document knows
}

// pending is a saved document, whose outbox may still be to append and to clear.
type pending struct {
	lab   uuid.UUID
	saved saved
	env   envelope
	doc   []byte // as JSON
}

// commit saves doc with events in its outbox over the version was: the one
// moment at which the change happens. errConflict: another version stands there.
func (d Documents[D]) commit(ctx context.Context, lab uuid.UUID, was saved, doc D, events []event.Event) (pending, error) {
	s := d.store
	raw, err := json.Marshal(doc)
	if err != nil {
		return pending{}, fmt.Errorf("encode document: %w", err)
	}
	if len(raw) > s.options.MaxDocument {
		return pending{}, fmt.Errorf("%w: document of %d bytes, at most %d", ErrTooLarge, len(raw), s.options.MaxDocument)
	}
	if err := checkOutbox(events); err != nil {
		return pending{}, err
	}
	env := envelope{Position: was.position, Outbox: events}
	if len(events) > 0 {
		// Read before the save: whatever the log holds up to here, it is not
		// one of these events.
		tail, err := s.tail(ctx, lab)
		if err != nil {
			return pending{}, err
		}
		env.After, env.Position = tail.stream, max(env.Position, tail.seq)
	} else if tail, known := s.tails.get(lab); known {
		env.Position = max(env.Position, tail.seq)
	}
	now, err := s.save(ctx, was, env, raw)
	if err != nil {
		return pending{}, err
	}
	return pending{lab: lab, saved: now, env: env, doc: raw}, nil
}

// load reads the document of key, or returns ErrNotFound.
func (s *Store) load(ctx context.Context, lab uuid.UUID, key string) (pending, error) {
	m, err := s.get(ctx, valuesName, oneRead{LastOf: subjectOf(key)})
	if errors.Is(err, errNoMessage) {
		return pending{}, ErrNotFound
	}
	if err != nil {
		return pending{}, fmt.Errorf("load document: %w", err)
	}
	env, doc, err := decodeEnvelope(m.data)
	if err != nil {
		return pending{}, err
	}
	at := saved{key: key, revision: m.seq, written: m.stored, position: env.Position}
	return pending{lab: lab, saved: at, env: env, doc: doc}, nil
}

// save writes a document and its envelope over the version was. It is finished
// even if ctx ends meanwhile, so that a caller who goes away leaves no doubt
// about it.
func (s *Store) save(ctx context.Context, was saved, env envelope, doc []byte) (saved, error) {
	if err := ctx.Err(); err != nil {
		return saved{}, err
	}
	value, err := env.encode(doc)
	if err != nil {
		return saved{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
	defer cancel()
	ack, err := s.publish(ctx, subjectOf(was.key), uuid.NewString(), was.revision, value)
	if errors.Is(err, errConflict) {
		return saved{}, err
	}
	if err != nil {
		return saved{}, fmt.Errorf("save document: %w", err)
	}
	return saved{key: was.key, revision: ack.Sequence, position: env.Position}, nil
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
	keys, err := s.documentsOf(ctx, lab)
	if err != nil {
		return fmt.Errorf("touch lab: %w", err)
	}
	if len(keys) == 0 {
		return fmt.Errorf("touch lab: %w", ErrNotFound)
	}
	for _, found := range keys {
		err := s.renew(ctx, lab, found.key, age)
		// A document gone or written meanwhile needs no renewal.
		if err != nil && !errors.Is(err, errConflict) && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("touch lab: %w", err)
		}
	}
	return nil
}

func (s *Store) renew(ctx context.Context, lab uuid.UUID, key string, age time.Duration) error {
	p, err := s.load(ctx, lab, key)
	if err != nil || time.Since(p.saved.written) < age {
		return err
	}
	tail, err := s.tail(ctx, lab)
	if err != nil {
		return err
	}
	p.env.Position = max(p.env.Position, tail.seq)
	_, err = s.save(ctx, p.saved, p.env, p.doc)
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
	s.touched.Remove(lab)
	s.tails.drop(lab)
	if err := purge(s.events, logSubject(lab)); err != nil {
		return fmt.Errorf("delete log: %w", err)
	}
	s.tails.drop(lab)
	return nil
}

// stored is a document in the bucket, without its value.
type stored struct {
	key string
	env envelope
}

// documentsOf lists the documents of a lab, in no particular order.
func (s *Store) documentsOf(ctx context.Context, lab uuid.UUID) ([]stored, error) {
	found, err := s.valuesOf(ctx, lab)
	if err != nil {
		return nil, err
	}
	all := make([]stored, len(found))
	for i, m := range found {
		all[i].key = strings.TrimPrefix(m.subject, subjectOf(""))
		if all[i].env, _, err = decodeEnvelope(m.data); err != nil {
			return nil, fmt.Errorf("document %s: %w", all[i].key, err)
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
