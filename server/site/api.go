package site

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/attack"
	"oauthlab/server/authserver"
	"oauthlab/server/endpoint"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/route"
	"oauthlab/server/store"
)

const (
	// callTimeout bounds one call, an attack included.
	callTimeout = 30 * time.Second

	// awayWait is when to ask again where the store did not answer.
	awayWait = 5 * time.Second
)

// API is the lab's API. Everything but the catalogues and creation takes the
// lab's key.
type API struct {
	Labs     *lab.Labs
	Auth     authserver.Document
	Feed     *feed.Feed
	Attacks  *attack.Runner
	Chapters []lessons.Chapter
	Code     CodeBook
	Books    *Books
	Traces   map[string]string // golden traces, by version of the lab
	Log      *slog.Logger

	Bounds  *Bounds
	MaxBody int64 // bytes of the body of a call; 0: feed.DefaultMaxBody
}

// Handler returns the API under /api/.
func (a *API) Handler() http.Handler {
	mux := &route.Mux{}
	for _, path := range endpoint.Paths(a.endpoints()) {
		mux.Handle(path.Pattern(), a.serve(path))
	}
	mux.Handle("/api/", a.serve(endpoint.Path{{Serve: endpoint.Plain(a.nothing)}}))
	bounded := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, a.maxBody())
		mux.ServeHTTP(w, r)
	})
	// Nothing here uses cookies; this keeps other sites' pages from making labs.
	return route.Wrap(a.paced(http.NewCrossOriginProtection().Handler(unembedded(bounded))), mux)
}

func (a *API) maxBody() int64 {
	if a.MaxBody > 0 {
		return a.MaxBody
	}
	return feed.DefaultMaxBody
}

// unembedded keeps other origins from taking in an answer, as an image or a script.
func unembedded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// serve serves the methods of one path.
func (a *API) serve(path endpoint.Path) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		row, err := path.Find(r.Method)
		switch {
		case err != nil:
		case row.Keyed:
			err = a.keyed(row, w, r)
		default:
			err = row.Do(w, r, nil)
		}
		if err != nil {
			a.fail(w, r, err)
		}
	})
}

// fail is the one place where errors are written.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	var refused *endpoint.Error
	switch {
	case errors.As(err, &refused):
		refused.Write(w)
	case r.Context().Err() != nil: // the caller has gone
	case errors.Is(err, store.ErrTooLarge):
		endpoint.Explained("The authorization server remembers no more of this lab.", err, nil).Write(w)
	default:
		wait := awayWait
		var closed *lab.UnavailableError
		if errors.As(err, &closed) { // why it is closed has been logged
			wait = closed.Wait
		} else {
			a.Log.Error("api", "endpoint", r.Pattern, "err", err)
		}
		unavailable(wait).Because(err).Write(w)
	}
}

// keyed opens the lab of the path for whoever shows its key.
func (a *API) keyed(row endpoint.Row, w http.ResponseWriter, r *http.Request) error {
	id, known := lab.ParseID(r.PathValue("lab"))
	if !known {
		return unknownLab()
	}
	l, err := a.Labs.Open(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		return unknownLab()
	}
	if err != nil {
		return err
	}
	if !l.Opens(keyOf(r)) {
		err = wrongKey()
	} else {
		err = row.Do(w, r, &lab.Handling{Lab: l, Party: event.Lab})
	}
	var refused *endpoint.Error
	if errors.As(err, &refused) {
		err = errors.Join(err, a.tell(r, l, refused))
	}
	return err
}

// tell puts a refused call into the log of its lab, so that whoever wrote it sees
// why beside what the parties say.
func (a *API) tell(r *http.Request, l *lab.Lab, refused *endpoint.Error) error {
	return a.Labs.Record(r.Context(), l, l.NewNote(event.NoteCallRefused, refused.Description,
		event.Field{Name: "method", Value: r.Method},
		event.Field{Name: "path", Value: r.URL.Path},
		event.Field{Name: "error", Value: refused.Code},
		event.Field{Name: "hint", Value: refused.Hint}))
}

// keyOf returns the key of a call: a Bearer token (RFC 6750 §2.1), or, on a
// websocket, which cannot send one from a browser, a subprotocol.
func keyOf(r *http.Request) string {
	if scheme, key, found := strings.Cut(r.Header.Get("Authorization"), " "); found && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(key)
	}
	for _, header := range r.Header.Values("Sec-WebSocket-Protocol") {
		for protocol := range strings.SplitSeq(header, ",") {
			if key, found := strings.CutPrefix(strings.TrimSpace(protocol), feed.KeyProtocol); found {
				return key
			}
		}
	}
	return ""
}

func (a *API) nothing(http.ResponseWriter, *http.Request, *lab.Handling) error { return unknownPath() }

func (a *API) attacks(w http.ResponseWriter, _ *http.Request, _ *lab.Handling) error {
	endpoint.WriteJSON(w, http.StatusOK, AttackCatalogue())
	return nil
}

func (a *API) faults(w http.ResponseWriter, _ *http.Request, _ *lab.Handling) error {
	endpoint.WriteJSON(w, http.StatusOK, authserver.FaultIssuers())
	return nil
}

// AttackCatalogue lists the attacks as the API tells them.
func AttackCatalogue() []api.Attack {
	var list []api.Attack
	for _, one := range attack.Catalogue() {
		list = append(list, one.Describe())
	}
	return list
}

func (a *API) protections(w http.ResponseWriter, _ *http.Request, _ *lab.Handling) error {
	endpoint.WriteJSON(w, http.StatusOK, guard.Catalogue())
	return nil
}

func (a *API) chapters(w http.ResponseWriter, _ *http.Request, _ *lab.Handling) error {
	endpoint.WriteJSON(w, http.StatusOK, a.Chapters)
	return nil
}

// onAttack answers with what do makes of the attack that the path names.
func (a *API) onAttack(do func(context.Context, *lab.Lab, attack.Attack) (any, error)) endpoint.Handler {
	return endpoint.Plain(func(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
		one, err := attack.Find(r.PathValue("attack"))
		if err != nil {
			return unknownAttack()
		}
		// Who leaves in the middle leaves it to its end: half an attack would stand
		// open in the log, and take the learner's next run for its own.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), callTimeout)
		defer cancel()
		answer, err := do(ctx, t.Lab, one)
		if err != nil {
			return err
		}
		endpoint.WriteJSON(w, http.StatusOK, answer)
		return nil
	})
}

func (a *API) attack(ctx context.Context, l *lab.Lab, one attack.Attack) (any, error) {
	return a.Attacks.Run(ctx, l, one)
}

// mail answers with the mail of an attack, for a learner who plays Alice.
func (a *API) mail(ctx context.Context, l *lab.Lab, one attack.Attack) (any, error) {
	mail, err := a.Attacks.Mail(ctx, l, one)
	return mail, orNoMail(err)
}

// mailOutcome answers with what came of the mail, once the learner has opened it.
func (a *API) mailOutcome(ctx context.Context, l *lab.Lab, one attack.Attack) (any, error) {
	result, err := a.Attacks.MailOutcome(ctx, l, one)
	return result, orNoMail(err)
}

func orNoMail(err error) error {
	if errors.Is(err, attack.ErrNoMail) {
		return noMail()
	}
	return err
}

// LogQuery says from where on the log is read.
type LogQuery struct {
	After string `form:"after"` // a position in the lab's log; "" stands for its beginning
}

// FeedQuery is the same for the websocket.
type FeedQuery struct {
	After string `form:"after"`
	Probe string `form:"probe"` // not "": only ask whether the feed would open
}

// position reads a position in the lab's log, 0 where there is none.
func position(text string) (uint64, error) {
	if text == "" {
		return 0, nil
	}
	after, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, endpoint.Refuse(http.StatusBadRequest, "invalid_position",
			"The parameter after is not a position in the log.", "Send the seq of the last event that you have, or 0.")
	}
	return after, nil
}

func (a *API) follow(w http.ResponseWriter, r *http.Request, t *lab.Handling, q FeedQuery) error {
	after, err := position(q.After)
	if err != nil {
		return err
	}
	if q.Probe != "" {
		a.Feed.Probe(w, t.Lab)
		return nil
	}
	a.Feed.Serve(w, r, t.Lab, after)
	return nil
}
