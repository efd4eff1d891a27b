package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// DefaultMinFree is how many bytes of the disk are left to others, unless
// Options.MinFree says otherwise. It is room for what is under way when a lack of
// space is noticed.
const DefaultMinFree = 64 << 20

// probeSize is what the probe of the data folder writes, in bytes: a block.
const probeSize = 4 << 10

// probeTimeout bounds one probe of the server.
const probeTimeout = 2 * time.Second

// ErrDisk says that the data folder takes nothing more.
var ErrDisk = errors.New("store: the disk takes nothing more")

// Disk reports, with ErrDisk, why the data folder takes no more, or takes so little
// that nobody should begin anything: it looks at the free space and writes a little.
// A store whose server runs elsewhere has no data folder, and nothing to report.
func (s *Store) Disk() error {
	if s.folder == nil {
		return nil
	}
	if free, known := freeSpace(s.options.Dir); known && free < s.options.MinFree {
		return fmt.Errorf("%w: %s has %d MiB left, and %d are kept free", ErrDisk, s.options.Dir, free>>20, s.options.MinFree>>20)
	}
	name := filepath.Join(s.options.Dir, "probe")
	data := make([]byte, probeSize)
	rand.Read(data) // never fails; what is all zero could be stored as nothing
	if err := errors.Join(os.WriteFile(name, data, 0o600), os.Remove(name)); err != nil {
		return fmt.Errorf("%w: %w", ErrDisk, err)
	}
	return nil
}

// suspects are the streams of which a write failed for no reason of its own, and none
// succeeded since. One says nothing about the other: a server that could not write to
// a stream gives up that stream alone.
type suspects struct{ documents, log atomic.Bool }

// of is what is held against the stream that keeps the subject.
func (s *suspects) of(subject string) *atomic.Bool {
	if strings.HasPrefix(subject, eventSubject) {
		return &s.log
	}
	return &s.documents
}

// Writable reports whether the server takes writes. Where the last one that was
// tried failed for no reason of its own, it writes something, and where the server
// does not even answer that, it starts an embedded server anew: the server stops
// taking writes for good once one did not reach the disk.
func (s *Store) Writable(ctx context.Context) error {
	if !s.suspect.documents.Load() && !s.suspect.log.Load() {
		return nil
	}
	if err := s.begin(); err != nil {
		return err
	}
	defer s.end()
	err := s.probe(ctx)
	if err == nil || s.folder == nil || isAnswer(err) || s.Disk() != nil {
		return err
	}
	if err := s.server.restart(ctx); err != nil {
		return fmt.Errorf("start the embedded server anew: %w", err)
	}
	return s.probe(ctx)
}

// probe writes something that nobody reads to each stream that is suspect.
func (s *Store) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	for _, subject := range []string{subjectOf(uuid.Nil.String() + ".probe"), logSubject(uuid.Nil)} {
		suspect := s.suspect.of(subject)
		if !suspect.Load() {
			continue
		}
		_, err := s.js.PublishMsg(ctx, &nats.Msg{Subject: subject}, jetstream.WithRetryAttempts(0))
		if err != nil {
			return fmt.Errorf("write to the store's server: %w", err)
		}
		suspect.Store(false)
	}
	return nil
}

// isAnswer reports whether err is what the server said, rather than its silence.
func isAnswer(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api)
}

// Labs counts the labs that there are.
func (s *Store) Labs(ctx context.Context) (int, error) {
	if err := s.begin(); err != nil {
		return 0, err
	}
	defer s.end()
	info, err := s.valuesInfo(ctx, jetstream.WithSubjectFilter(subjectOf("*."+string(Settings))))
	if err != nil {
		return 0, fmt.Errorf("count labs: %w", err)
	}
	return len(info.State.Subjects), nil
}

// LastWrite is when a document was last written, by the server's clock; the zero
// time where there is none.
func (s *Store) LastWrite(ctx context.Context) (time.Time, error) {
	if err := s.begin(); err != nil {
		return time.Time{}, err
	}
	defer s.end()
	info, err := s.valuesInfo(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("last write: %w", err)
	}
	return info.State.LastTime, nil
}

// valuesInfo asks how the stream of documents stands.
func (s *Store) valuesInfo(ctx context.Context, o ...jetstream.StreamInfoOpt) (info *jetstream.StreamInfo, err error) {
	err = s.patiently(ctx, func(ctx context.Context) error {
		info, err = s.values.Info(ctx, o...)
		return err
	})
	return info, err
}

// took tells Options.Timed how long the operation took that began just before; it is
// called with defer, for what it returns.
func (s *Store) took(operation string) func() {
	begun := time.Now()
	return func() { s.options.Timed(operation, time.Since(begun)) }
}
