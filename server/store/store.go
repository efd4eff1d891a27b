package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"oauthlab/lessons/event"
)

// Defaults of Options.
const (
	DefaultMaxDocument     = 256 << 10           // bytes
	DefaultMaxEventsPerLab = 2000                // events
	DefaultLabTTL          = 14 * 24 * time.Hour // since the last write or touch
)

// Bounds that no option moves.
const (
	// MaxEvent is the largest encoded event, in bytes.
	MaxEvent = 128 << 10

	// MaxOutbox is the most that the events of one Update may come to, encoded,
	// in bytes.
	MaxOutbox = 512 << 10
)

const (
	bucketName  = "labs"
	secretsName = "secrets"
	streamName  = "events"

	// dedupeWindow is how long the server remembers the ids of messages. It
	// catches a publish repeated because its answer was lost.
	dedupeWindow = 2 * time.Minute

	// finishTimeout bounds what is done after a save, whether or not the caller
	// is still there to wait for it.
	finishTimeout = 10 * time.Second

	// tryTimeout bounds one publish; then it is repeated under the same id.
	tryTimeout = 3 * time.Second

	// syncQueue is how many messages wait in memory for a reader that asked for
	// them (or a follower) before the rest is dropped.
	syncQueue = 256

	// envelopeRoom is what a message holds besides document and outbox, in bytes.
	envelopeRoom = 64 << 10
)

// Options says where a store is and how much it holds. Zero values of the
// bounds mean their defaults.
type Options struct {
	Dir             string        // the data folder; made if it does not exist
	MaxDocument     int           // bytes of one document as JSON; DefaultMaxDocument
	MaxEventsPerLab int           // the oldest go when there are more; DefaultMaxEventsPerLab
	LabTTL          time.Duration // idle labs expire; DefaultLabTTL
	MinFree         uint64        // bytes of the disk that are left to others; DefaultMinFree
	MaxStore        int64         // bytes that an embedded server keeps; 0: three quarters of what is free
	Logger          *slog.Logger  // nil: silence

	// Appended is told each event that this process put into a log, in the order
	// of that log. It must return at once; nil: nobody is told.
	Appended func(lab uuid.UUID, e event.Event)

	// Timed is told how long each operation took, by its name ("get", "update",
	// ...), and Delivered how long after its append an event was handed to one who
	// follows it live. Both must return at once; nil: nobody is told.
	Timed     func(operation string, took time.Duration)
	Delivered func(after time.Duration)
}

func (o Options) withDefaults() Options {
	if o.MaxDocument <= 0 {
		o.MaxDocument = DefaultMaxDocument
	}
	if o.MaxEventsPerLab <= 0 {
		o.MaxEventsPerLab = DefaultMaxEventsPerLab
	}
	if o.LabTTL <= 0 {
		o.LabTTL = DefaultLabTTL
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Appended == nil {
		o.Appended = func(uuid.UUID, event.Event) {}
	}
	if o.MinFree == 0 {
		o.MinFree = DefaultMinFree
	}
	if o.Timed == nil {
		o.Timed = func(string, time.Duration) {}
	}
	if o.Delivered == nil {
		o.Delivered = func(time.Duration) {}
	}
	return o
}

// payload is the largest message that a store with these options sends, in bytes.
func (o Options) payload() int {
	return max(o.MaxDocument+MaxOutbox+envelopeRoom, 1<<20)
}

// Store is an open store. All its methods may be called from many goroutines.
type Store struct {
	options Options
	log     *slog.Logger

	folder *flock.Flock // nil where the server is not ours
	server *engine      // nil where the server is not ours

	suspect atomic.Bool // a write failed, and none succeeded since

	// Requests and followed events have a connection each, so that a flood of
	// events does not stand in the way of an answer.
	requests *nats.Conn
	feed     *nats.Conn

	js      jetstream.JetStream
	bucket  jetstream.KeyValue
	secrets jetstream.KeyValue
	events  jetstream.Stream
	values  jetstream.Stream // the bucket, as the stream that it is

	documentLocks stripes // one document each; taken before a log's
	logLocks      stripes // one log each
	tails         tails

	gate struct {
		sync.Mutex
		closed bool
		inside sync.WaitGroup // operations under way
	}
}

// Open locks the folder, starts the embedded server on it and makes what is
// missing. It waits for the server at most a minute, or until ctx ends. A
// folder in use by another process is refused with ErrLocked.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Dir == "" {
		return nil, errors.New("store: no data folder given")
	}
	o = o.withDefaults()
	folder, err := lockFolder(o.Dir)
	if err != nil {
		return nil, err
	}
	srv, err := startEngine(ctx, func(ctx context.Context) (*server.Server, error) { return startServer(ctx, o) })
	if err != nil {
		return nil, errors.Join(err, folder.Unlock())
	}
	s, err := attach(ctx, o, "", nats.InProcessServer(srv))
	if err != nil {
		srv.stop()
		return nil, errors.Join(err, folder.Unlock())
	}
	s.folder, s.server = folder, srv
	return s, nil
}

// attach makes a store over a server that runs already.
func attach(ctx context.Context, o Options, url string, connect ...nats.Option) (_ *Store, err error) {
	o = o.withDefaults()
	s := &Store{
		options:       o,
		log:           o.Logger,
		documentLocks: newStripes(1024),
		logLocks:      newStripes(1024),
		tails:         newTails(),
	}
	defer func() {
		if err != nil {
			s.disconnect()
		}
	}()
	connect = append(connect,
		nats.MaxReconnects(-1),
		nats.SyncQueueLen(syncQueue),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) {
			// A follower that falls behind is ordinary; it catches up by itself.
			level := slog.LevelWarn
			if errors.Is(err, nats.ErrSlowConsumer) {
				level = slog.LevelDebug
			}
			s.log.Log(context.Background(), level, "nats connection", "error", err)
		}),
	)
	if s.requests, err = nats.Connect(url, append(connect, nats.Name("oauthlab requests"))...); err != nil {
		return nil, fmt.Errorf("connect to the store's server: %w", err)
	}
	if s.feed, err = nats.Connect(url, append(connect, nats.Name("oauthlab feed"))...); err != nil {
		return nil, fmt.Errorf("connect to the store's server: %w", err)
	}
	if s.js, err = jetstream.New(s.requests); err != nil {
		return nil, fmt.Errorf("open jetstream: %w", err)
	}
	if err := s.makeStreams(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Store) makeStreams(ctx context.Context) (err error) {
	s.bucket, err = s.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket:      bucketName,
		Description: "documents of labs",
		History:     1,
		TTL:         s.options.LabTTL,
		Storage:     jetstream.FileStorage,
	})
	if err != nil {
		return fmt.Errorf("make bucket of documents: %w", err)
	}
	if s.values, err = s.js.Stream(ctx, "KV_"+bucketName); err != nil {
		return fmt.Errorf("open bucket of documents: %w", err)
	}
	s.secrets, err = s.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket:      secretsName,
		Description: "keys that every process of this installation shares",
		History:     1,
		Storage:     jetstream.FileStorage,
	})
	if err != nil {
		return fmt.Errorf("make bucket of secrets: %w", err)
	}
	s.events, err = s.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name:              streamName,
		Description:       "event logs of labs",
		Subjects:          []string{"events.*"},
		Storage:           jetstream.FileStorage,
		Retention:         jetstream.LimitsPolicy,
		Discard:           jetstream.DiscardOld,
		MaxMsgsPerSubject: int64(s.options.MaxEventsPerLab),
		MaxAge:            s.options.LabTTL,
		Duplicates:        min(dedupeWindow, s.options.LabTTL),
		AllowDirect:       true,
		RePublish:         &jetstream.RePublish{Source: "events.*", Destination: "feed.{{wildcard(1)}}"},
	})
	if err != nil {
		return fmt.Errorf("make stream of events: %w", err)
	}
	return nil
}

// Ready reports whether the store can work now. It asks the server for one
// line, and is meant for a readiness probe.
func (s *Store) Ready(ctx context.Context) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.end()
	if _, err := s.js.AccountInfo(ctx); err != nil {
		return fmt.Errorf("ask the store's server: %w", err)
	}
	return nil
}

// Close ends the followers with ErrClosed, refuses new operations with the
// same, waits at most ten seconds for those under way, stops the server when it
// is ours, and frees the folder. A second Close does nothing.
func (s *Store) Close() error {
	s.gate.Lock()
	if s.gate.closed {
		s.gate.Unlock()
		return nil
	}
	s.gate.closed = true
	s.gate.Unlock()
	s.feed.Close() // which ends the followers

	done := make(chan struct{})
	go func() {
		s.gate.inside.Wait()
		close(done)
	}()
	var err error
	select {
	case <-done:
	case <-time.After(finishTimeout):
		err = errors.New("close store: operations did not end in time")
	}
	s.disconnect()
	if s.server != nil {
		s.server.stop()
	}
	if s.folder != nil {
		err = errors.Join(err, s.folder.Unlock())
	}
	return err
}

func (s *Store) disconnect() {
	for _, c := range []*nats.Conn{s.feed, s.requests} {
		if c != nil {
			c.Close()
		}
	}
}

// begin lets an operation in; every begin without an error needs an end.
func (s *Store) begin() error {
	s.gate.Lock()
	defer s.gate.Unlock()
	if s.gate.closed {
		return ErrClosed
	}
	s.gate.inside.Add(1)
	return nil
}

func (s *Store) end() { s.gate.inside.Done() }

// publish stores data if the last message of subject is still at sequence last
// (0: there is none), and says where. errConflict: it is not. A publish whose
// answer is lost is repeated under the same id, so that it takes effect once.
func (s *Store) publish(ctx context.Context, subject, id string, last uint64, data []byte) (*jetstream.PubAck, error) {
	for try := 0; ; try++ {
		once, cancel := context.WithTimeout(ctx, tryTimeout)
		ack, err := s.js.PublishMsg(once, &nats.Msg{Subject: subject, Data: data},
			jetstream.WithMsgID(id), jetstream.WithExpectLastSequencePerSubject(last))
		lost := err != nil && (once.Err() != nil || isLost(err))
		cancel()
		s.suspect.Store(err != nil && !isConflict(err))
		switch {
		case err == nil:
			return ack, nil
		case isConflict(err):
			return nil, errConflict
		case ctx.Err() != nil || !lost:
			return nil, err
		}
		if full := s.Disk(); full != nil {
			return nil, errors.Join(full, err) // asking again would only make the caller wait
		}
		if err := pause(ctx, try); err != nil {
			return nil, err
		}
	}
}

// pause waits a random while that grows with the number of tries, at most
// 50 ms, so that racers in other processes part ways.
func pause(ctx context.Context, try int) error {
	limit := min(200*time.Microsecond<<min(try, 10), 50*time.Millisecond)
	t := time.NewTimer(rand.N(limit))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Store) isClosed() bool {
	s.gate.Lock()
	defer s.gate.Unlock()
	return s.gate.closed
}
