package site

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/attack"
	"oauthlab/server/authserver"
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

// call serves one method of one path. What it returns as an error it has not
// written; a *refusal is answered as it is, anything else as a fault.
type call func(w http.ResponseWriter, r *http.Request) error

// labCall is a call to a lab whose key was shown.
type labCall func(w http.ResponseWriter, r *http.Request, l *lab.Lab) error

// Handler returns the API under /api/.
func (a *API) Handler() http.Handler {
	mux := &route.Mux{}
	paths := map[string]map[string]call{
		"/api/labs":                                     {http.MethodPost: a.create},
		"/api/labs/{lab}":                               {http.MethodGet: a.keyed(a.read), http.MethodPatch: a.keyed(a.patch)},
		"/api/labs/{lab}/reset":                         {http.MethodPost: a.keyed(a.reset)},
		"/api/labs/{lab}/sign-out":                      {http.MethodPost: a.keyed(a.signOut)},
		"/api/labs/{lab}/state":                         {http.MethodGet: a.keyed(a.state)},
		"/api/labs/{lab}/events":                        {http.MethodGet: a.keyed(a.events)},
		"/api/labs/{lab}/feed":                          {http.MethodGet: a.keyed(a.follow)},
		"/api/labs/{lab}/attacks/{attack}":              {http.MethodPost: a.keyed(a.onAttack(a.attack))},
		"/api/labs/{lab}/attacks/{attack}/mail":         {http.MethodPost: a.keyed(a.onAttack(a.mail))},
		"/api/labs/{lab}/attacks/{attack}/mail/outcome": {http.MethodPost: a.keyed(a.onAttack(a.mailOutcome))},
		"/api/attacks":                                  {http.MethodGet: a.attacks},
		"/api/protections":                              {http.MethodGet: a.protections},
		"/api/code/{guard}":                             {http.MethodGet: a.code},
		"/api/chapters":                                 {http.MethodGet: a.chapters},
		"/api/glossary/{term}":                          {http.MethodGet: a.term},
		"/api/troubleshooting":                          {http.MethodGet: a.cure},
		"/api/troubleshooting/{error}":                  {http.MethodGet: a.trouble},
		"/api/chapters/{chapter}/changes":               {http.MethodGet: a.changes},
		"/api/":                                         {http.MethodGet: a.nothing, http.MethodPost: a.nothing},
	}
	for path, methods := range paths {
		mux.Handle(path, a.dispatch(methods))
	}
	// Nothing here uses cookies; this keeps other sites' pages from making labs.
	return route.Wrap(a.paced(http.NewCrossOriginProtection().Handler(unembedded(mux))), mux)
}

// unembedded keeps other origins from taking in an answer, as an image or a script.
func unembedded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// dispatch serves the methods of one path and refuses others with what is right.
func (a *API) dispatch(methods map[string]call) http.Handler {
	allowed := make([]string, 0, len(methods))
	for m := range methods {
		allowed = append(allowed, m)
	}
	sort.Strings(allowed)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serve, ok := methods[r.Method]
		if !ok {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			a.answer(w, r, refuse(http.StatusMethodNotAllowed, "wrong_method",
				"This path does not take the method of the request.", "It takes "+strings.Join(allowed, " and ")+"."))
			return
		}
		if err := serve(w, r); err != nil {
			a.answer(w, r, err)
		}
	})
}

// answer is the one place where errors are written.
func (a *API) answer(w http.ResponseWriter, r *http.Request, err error) {
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		if refused.status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", "Bearer")
		}
		writeJSON(w, refused.status, refused.body)
	case r.Context().Err() != nil: // the caller has gone
	default:
		wait := awayWait
		var closed *lab.NotNow
		if errors.As(err, &closed) { // why it is closed has been logged
			wait = closed.Wait
		} else {
			a.Log.Error("api", "endpoint", r.Pattern, "err", err)
		}
		retryAfter(w, wait)
		writeJSON(w, http.StatusServiceUnavailable, api.Error{
			Error: "unavailable", Description: "The lab does not answer at the moment.", Hint: "Try again.",
		})
	}
}

// keyed opens the lab of the path for whoever shows its key.
func (a *API) keyed(next labCall) call {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := uuid.Parse(r.PathValue("lab"))
		if err != nil {
			return errUnknownLab
		}
		l, err := a.Labs.Open(r.Context(), id)
		if errors.Is(err, store.ErrNotFound) {
			return errUnknownLab
		}
		if err != nil {
			return err
		}
		if !l.Opens(keyOf(r)) {
			err = errKey
		} else {
			err = next(w, r, l)
		}
		var refused *refusal
		if errors.As(err, &refused) {
			err = errors.Join(err, a.tell(r, l, refused))
		}
		return err
	}
}

// tell puts a refused call into the log of its lab, so that whoever wrote it sees
// why beside what the parties say.
func (a *API) tell(r *http.Request, l *lab.Lab, refused *refusal) error {
	return a.Labs.Record(r.Context(), l, l.NewNote(event.NoteCallRefused, refused.body.Description,
		event.Field{Name: "method", Value: r.Method},
		event.Field{Name: "path", Value: r.URL.Path},
		event.Field{Name: "error", Value: refused.body.Error},
		event.Field{Name: "hint", Value: refused.body.Hint}))
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

func (a *API) nothing(http.ResponseWriter, *http.Request) error { return errUnknownPath }

func (a *API) attacks(w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, http.StatusOK, AttackCatalogue())
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

func (a *API) protections(w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, http.StatusOK, guard.Catalogue())
	return nil
}

func (a *API) chapters(w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, http.StatusOK, a.Chapters)
	return nil
}

// onAttack answers with what do makes of the attack that the path names.
func (a *API) onAttack(do func(context.Context, *lab.Lab, attack.Attack) (any, error)) labCall {
	return func(w http.ResponseWriter, r *http.Request, l *lab.Lab) error {
		one, err := attack.Find(r.PathValue("attack"))
		if err != nil {
			return errUnknownAttack
		}
		// Who leaves in the middle leaves it to its end: half an attack would stand
		// open in the log, and take the learner's next run for its own.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), callTimeout)
		defer cancel()
		answer, err := do(ctx, l, one)
		if err != nil {
			return err
		}
		writeJSON(w, http.StatusOK, answer)
		return nil
	}
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
		return errNoMail
	}
	return err
}

// position reads the parameter after: a position in the lab's log, 0 if missing.
func position(r *http.Request) (uint64, error) {
	text := r.URL.Query().Get("after")
	if text == "" {
		return 0, nil
	}
	after, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, refuse(http.StatusBadRequest, "invalid_position",
			"The parameter after is not a position in the log.", "Send the seq of the last event that you have, or 0.")
	}
	return after, nil
}

func (a *API) follow(w http.ResponseWriter, r *http.Request, l *lab.Lab) error {
	after, err := position(r)
	if err != nil {
		return err
	}
	if r.URL.Query().Has("probe") {
		a.Feed.Probe(w, l)
		return nil
	}
	a.Feed.Serve(w, r, l, after)
	return nil
}
