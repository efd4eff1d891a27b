package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"
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
	// dedupeWindow is how long the server remembers the ids of messages. It
	// catches a publish repeated because its answer was lost.
	dedupeWindow = 2 * time.Minute

	// finishTimeout bounds what is done after a save, whether or not the caller
	// is still there to wait for it. It is longer than a cluster that has lost a
	// server takes to elect a leader in its place, which is up to ten seconds.
	finishTimeout = 25 * time.Second

	// tryTimeout bounds one publish or read; then it is repeated.
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
	Dir    string // the data folder of the embedded server; made if it does not exist
	Listen string // where the embedded server takes other processes, host:port; "": nowhere

	// URL is a NATS server to use in place of the embedded one, or several of a
	// cluster, comma-separated. Then there is no data folder.
	URL      string
	Login    Login // shown to the server at URL; asked of those who come to Listen
	Replicas int   // copies of everything; 0: three in a cluster, one elsewhere

	// Kinds are the documents that this process may open; nil: all of them.
	Kinds []Kind

	MaxDocument     int           // bytes of one document as JSON; DefaultMaxDocument
	MaxEventsPerLab int           // the oldest go when there are more; DefaultMaxEventsPerLab
	LabTTL          time.Duration // idle labs expire; DefaultLabTTL
	AcceptLoss      bool          // open a damaged folder with what is left of it
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

	folder  *flock.Flock // nil where the server is not ours
	server  *engine      // nil where the server is not ours
	witness *witness     // nil where the server is not ours
	endLook func()       // ends witnessOthers; nil where it does not run

	suspect suspects

	// Requests and followed events have a connection each, so that a flood of
	// events does not stand in the way of an answer.
	requests *nats.Conn
	feed     *nats.Conn

	js        jetstream.JetStream
	events    jetstream.Stream
	values    jetstream.Stream // of documents
	leases    jetstream.Stream
	kept      []jetstream.Stream // those with files
	replicas  int                // of each stream
	unsettled *unsettled         // wakes followers

	documentLocks stripes // one document each; taken before a log's
	logLocks      stripes // one log each
	tails         tails
	lately        lately
	cache         *cache
	alone         bool                             // nobody else writes here: what is cached is so
	touched       *lru.Cache[uuid.UUID, time.Time] // when this process last found a lab fresh, or made it so

	gate struct {
		sync.Mutex
		closed bool
		inside sync.WaitGroup // operations under way
	}
}

// Open opens the store: the one at Options.URL, which must answer within a
// minute, or else an embedded one. For that it locks the folder, starts the server
// on it and waits for it as long; a folder in use by another process is refused
// with ErrLocked, and one that does not hold what was acknowledged with ErrDamaged,
// before anything in it is changed. Either way it makes what is missing.
func Open(ctx context.Context, o Options) (*Store, error) {
	o = o.withDefaults()
	if o.URL != "" {
		return openRemote(ctx, o)
	}
	return openEmbedded(ctx, o)
}

// attach makes a store over a server that runs already. While it does, a subject that
// this process may not use ends it: the server does not answer what it refuses.
func attach(ctx context.Context, o Options, url string, connect ...nats.Option) (_ *Store, err error) {
	o = o.withDefaults()
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	s := &Store{
		options:       o,
		log:           o.Logger,
		documentLocks: newStripes(1024),
		logLocks:      newStripes(1024),
		tails:         newTails(),
		lately:        newLately(),
		cache:         newCache(),
		touched:       newTouched(),
		unsettled:     newUnsettled(),
	}
	defer func() {
		if err != nil {
			s.disconnect()
		}
	}()
	connect = append(connect,
		nats.MaxReconnects(-1),
		nats.ReconnectWait(reconnectWait),
		// Whoever was sent away comes back when the server, or the file of the
		// credentials, which is read each time, has changed.
		nats.IgnoreAuthErrorAbort(),
		nats.SyncQueueLen(syncQueue),
		// What was sent while the connection was away is lost to followers.
		nats.ReconnectHandler(func(*nats.Conn) { s.unsettled.stir() }),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) {
			// A follower that falls behind is ordinary; it catches up by itself.
			level := slog.LevelWarn
			if errors.Is(err, nats.ErrSlowConsumer) {
				level = slog.LevelDebug
			}
			s.log.Log(context.Background(), level, "nats connection", "error", err)
			if errors.Is(err, nats.ErrPermissionViolation) {
				end(err)
			}
		}),
	)
	if s.requests, err = nats.Connect(url, append(connect, nats.Name("oauthlab requests"))...); err != nil {
		return nil, fmt.Errorf("connect to the store's server: %w", err)
	}
	if s.feed, err = nats.Connect(url, append(connect, nats.Name("oauthlab feed"))...); err != nil {
		return nil, fmt.Errorf("connect to the store's server: %w", err)
	}
	if most, need := s.requests.MaxPayload(), int64(o.payload()); most < need {
		return nil, fmt.Errorf("the NATS server takes messages of at most %d bytes: set its max_payload to %d", most, need)
	}
	if s.js, err = jetstream.New(s.requests); err != nil {
		return nil, fmt.Errorf("open jetstream: %w", err)
	}
	if err := s.makeStreams(ctx); err != nil {
		if refused := context.Cause(ctx); errors.Is(refused, nats.ErrPermissionViolation) {
			return nil, refused
		}
		return nil, err
	}
	// A leader that dies takes with it what it had stored and not yet sent to
	// followers; its successor says that it was elected.
	if _, err := s.feed.Subscribe(leaderElected+eventsName, func(*nats.Msg) { s.unsettled.stir() }); err != nil {
		return nil, fmt.Errorf("listen for elections: %w", err)
	}
	return s, nil
}

// Ready reports whether the store can work now: whether the documents can be
// read. It asks once, and is meant for a readiness probe.
func (s *Store) Ready(ctx context.Context) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.end()
	ctx, cancel := context.WithTimeout(ctx, tryTimeout) // who leads no more does not answer at all
	defer cancel()
	_, err := s.getOnce(ctx, valuesName, oneRead{LastOf: subjectOf(uuid.Nil.String() + "." + string(Settings))})
	if err == nil || errors.Is(err, errNoMessage) {
		return nil
	}
	if last := s.requests.LastError(); isUnauthorized(last) {
		return fmt.Errorf("%w: %w", ErrUnauthorized, last)
	}
	return fmt.Errorf("ask the store's server: %w", err)
}

// Close ends the followers with ErrClosed, refuses new operations with the
// same, waits at most finishTimeout for those under way, stops the server when it
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
	if s.endLook != nil {
		s.endLook()
	}
	s.disconnect()
	if s.server != nil {
		s.server.stop()
	}
	if failed := s.witness.close(); failed != nil {
		s.log.Warn("the next start will not see if a block is missing", "err", failed)
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
		s.suspect.of(subject).Store(err != nil && !isConflict(err))
		switch {
		case err == nil:
			s.witness.saw(streamOf(subject), ack.Sequence)
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
