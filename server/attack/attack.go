package attack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"oauthlab/app/client"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/robot"
)

// Attack is one attack, as it is declared.
type Attack struct {
	ID        string
	Title     string
	Story     string                     // who does what, in two sentences
	Chapter   string                     // where it is taught
	Given     map[guard.ID]string        // what must be off or changed for it to arise at all
	StoppedBy []guard.ID                 // each of which alone stops it; none where only the habits and settings in Given, turned back, do
	Since     map[guard.ID]guard.Feature // of StoppedBy: it stops it from the chapter on that brings this
	Until     map[guard.ID]guard.Feature // of StoppedBy: it stops it up to the chapter before
	EndedBy   guard.Feature              // which leaves nothing to attack; "" for none
	Loss      string                     // what is lost where it succeeds
	Sections  []string

	// Mail says when a mail with a link comes to Alice; empty where none does.
	Mail api.MailTime
	// Bait does what comes before the mail, and returns the link in it. It is nil
	// where no mail comes.
	Bait func(ctx context.Context, s *Scene) (link string, err error)

	// Run sends the attack's messages. A refusal on the way is no error.
	Run func(ctx context.Context, s *Scene) error
	// Harm looks for the loss in what the attack left behind.
	Harm func(e Evidence) bool
}

// Evidence is what an attack left behind: the log, the documents, and what the
// clients of the two took.
type Evidence struct {
	Events  []event.Event // of the attack, in the order of the log
	Auth    authserver.State
	Rules   guard.Rules
	Alice   Taken
	Mallory Taken

	lab *lab.Lab
}

// Taken is what a client took: codes that it accepted, and tokens that it keeps.
type Taken struct{ Codes, Tokens []string }

// Catalogue returns every attack, in the order in which they are taught.
func Catalogue() []Attack {
	return slices.Concat([]Attack{
		codeToMallory(), openRedirector(), errorRedirector(), errorBeforeSignIn(),
		loginCSRF(), guessedState(), callbackReplay(),
		interceptedCode(), codeInjection(), pkceDowngrade(), plainLeak(), signedState(), codeReplay(),
		thiefFirst(), foreignClient(), redirectSwap(), lateCode(), guessedCode(),
		noToken(), anyToken(), expiredToken(), scopeOverreach(), tokenInURL(), tokenInLog(), webAppCode(),
		stolenRefresh(), usedRefresh(), webAppRefresh(), refreshMoreScope(), lateRefresh(), refreshForEver(),
		introspectionOracle(), printShopToken(), forgedToken(), algNone(), testServerToken(), revokedJWT(), apiForges(),
		accountTakeover(), codeInAnotherSession(), idTokenAsAccessToken(),
	}, faulty(), faultyKeys(), []Attack{
		tokenForEverything(), tokenOfBillingAtCalendar(), tokenOfCalendarAtBilling(), counterfeitAPI(),
		anotherTarget(), crossRefresh(), foreignTarget(), trailingSlash(),
		tokenPassedOn(), foundTokenExchanged(), foreignAgent(), nameTag(), forgedActor(),
		moreByExchange(), anotherAPIByExchange(), outlivingToken(), confusedDeputy(),
	})
}

// ErrUnknown is returned for an attack that is not in the catalogue.
var ErrUnknown = errors.New("there is no such attack")

// Find returns the attack id of the catalogue.
func Find(id string) (Attack, error) {
	for _, a := range Catalogue() {
		if a.ID == id {
			return a, nil
		}
	}
	return Attack{}, ErrUnknown
}

// Stops are the guards each of which alone stops it under the rules: where there is more, more
// may stop it, or less.
func (a Attack) Stops(r guard.Rules) []guard.ID {
	var stops []guard.ID
	for _, id := range a.StoppedBy {
		since, late := a.Since[id]
		until, early := a.Until[id]
		if r.Has(id) && (!late || r.Offers(since)) && (!early || !r.Offers(until)) {
			stops = append(stops, id)
		}
	}
	return stops
}

// Describe puts the declaration into the shape of the lab's API.
func (a Attack) Describe() api.Attack {
	given := map[string]string{}
	for id, value := range a.Given {
		given[string(id)] = value
	}
	stoppedBy := make([]string, len(a.StoppedBy))
	for i, id := range a.StoppedBy {
		stoppedBy[i] = string(id)
	}
	return api.Attack{
		ID: a.ID, Title: a.Title, Story: a.Story, Chapter: a.Chapter,
		Given: given, StoppedBy: stoppedBy, Harm: a.Loss, Mail: a.Mail, Sections: a.Sections,
	}
}

// Runner runs attacks in labs. It is safe for concurrent use, and attacks in one
// lab follow each other.
type Runner struct {
	Labs            *lab.Labs
	InternalSenders feed.InternalSenders
	ClientKey       []byte           // of which the secret of her own bot is made
	APIKey          lab.APIKey       // which Mallory may come by
	StrangerKey     lab.StrangerKey  // which is hers
	Keys            *authserver.Keys // of which she may come by one

	// Transport is the way to the lab's own origins; nil for the network.
	Transport http.RoundTripper
}

// Scene is where one run of an attack plays. Each of the two has a browser and, on
// the same origin, the same client; their cookies and logins are their own.
type Scene struct {
	Lab     *lab.Lab
	Alice   *robot.Robot
	Mallory *robot.Robot

	labs    *lab.Labs
	senders feed.InternalSenders
	bot     string // the secret of her bot
	apiKey  lab.APIKey
	hers    lab.StrangerKey
	keys    *authserver.Keys
	via     *http.Client
}

// Run runs the attack in the lab as it stands and tells what came of it. What happens
// in one run must not mix with another, be it in another process.
func (rn *Runner) Run(ctx context.Context, l *lab.Lab, a Attack) (api.AttackResult, error) {
	release, err := rn.Labs.Store.Hold(ctx, l.ID)
	if err != nil {
		return api.AttackResult{}, err
	}
	defer release()
	before, err := rn.Labs.Store.Last(ctx, l.ID)
	if err != nil {
		return api.AttackResult{}, err
	}
	scene := rn.scene(l)
	if err := scene.begin(ctx, event.NoteAttackBegins, a); err != nil {
		return api.AttackResult{}, err
	}
	return rn.settle(ctx, scene, a, before, a.Run(ctx, scene))
}

// settle judges what the lab itself played since the position before, and that ended with
// end. A victim who is stuck at a refusal is an attack that was stopped; one at a bound
// of the lab was stopped by nobody.
func (rn *Runner) settle(ctx context.Context, scene *Scene, a Attack, before uint64, end error) (api.AttackResult, error) {
	var stuck *robot.StuckError
	var bound *robot.BoundError
	cut := errors.As(end, &bound)
	if end != nil && !cut && !errors.As(end, &stuck) {
		return api.AttackResult{}, fmt.Errorf("run %s: %w", a.ID, end)
	}
	evidence, err := rn.collect(ctx, scene, before)
	if err != nil {
		return api.AttackResult{}, err
	}
	result := judge(a, evidence)
	if result.Outcome == api.Stopped && result.By == "" { // nobody refused
		if cut {
			result.Outcome = api.CutShort
		} else {
			result.By = string(a.heldOff(evidence.Rules))
		}
	}
	return rn.conclude(ctx, scene, a, result, evidence)
}

// conclude tells what came of the attack, for both sides.
func (rn *Runner) conclude(ctx context.Context, s *Scene, a Attack, result api.AttackResult, e Evidence) (api.AttackResult, error) {
	result.Gained, result.Lost = sides(e, s.Lab.Now())
	fields := []event.Field{
		a.field(),
		{Name: "outcome", Value: result.Outcome},
		{Name: "by", Value: result.By},
		{Name: "harm", Value: result.Harm},
	}
	for _, one := range result.Gained {
		fields = append(fields, event.Field{Name: "gained", Value: one})
	}
	for _, one := range result.Lost {
		fields = append(fields, event.Field{Name: "lost", Value: one})
	}
	if err := s.note(ctx, event.Lab, "", event.NoteAttackEnds, ending(a, result), fields...); err != nil {
		return api.AttackResult{}, err
	}
	last, err := rn.Labs.Store.Last(ctx, s.Lab.ID)
	result.Events = [2]uint64{e.Events[0].Seq, last}
	return result, err
}

func (rn *Runner) scene(l *lab.Lab) *Scene {
	return &Scene{
		Lab:     l,
		Alice:   robot.New(rn.Labs, l, rn.InternalSenders, event.Browser, "alice").Through(rn.Transport),
		Mallory: robot.New(rn.Labs, l, rn.InternalSenders, event.Mallory, "mallory").Through(rn.Transport),
		labs:    rn.Labs, senders: rn.InternalSenders, bot: authserver.ClientSecret(rn.ClientKey, l.ID, authserver.ClientBot), apiKey: rn.APIKey, hers: rn.StrangerKey, keys: rn.Keys, via: &http.Client{Transport: rn.Transport},
	}
}

// collect gathers what happened in the lab since the position before.
func (rn *Runner) collect(ctx context.Context, s *Scene, before uint64) (Evidence, error) {
	var events []event.Event
	err := rn.Labs.Store.Events(ctx, s.Lab.ID, before, func(one event.Event) error {
		events = append(events, one)
		return nil
	})
	if err != nil {
		return Evidence{}, err
	}
	e, err := rn.evidence(ctx, s.Lab, events)
	e.Alice, e.Mallory = Taken{s.Alice.Codes, s.Alice.Tokens}, Taken{s.Mallory.Codes, s.Mallory.Tokens}
	return e, err
}

// evidence is what can be seen of the events without asking the clients.
func (rn *Runner) evidence(ctx context.Context, l *lab.Lab, events []event.Event) (Evidence, error) {
	auth, err := authserver.Document{Store: rn.Labs.Store, Owner: event.Auth, Kind: authserver.Kind}.State(ctx, l.ID)
	return Evidence{Events: events, Auth: auth, Rules: l.Settings.Rules(), lab: l}, err
}

// judge tells whether there was harm and, if not, which guard refused: one of those
// that the attack names, if one of them did.
func judge(a Attack, e Evidence) api.AttackResult {
	if a.Harm(e) {
		return api.AttackResult{Outcome: api.Succeeded, Harm: a.Loss}
	}
	result := api.AttackResult{Outcome: api.Stopped}
	for _, one := range e.Events {
		if one.Verdict == nil || one.Verdict.Outcome != event.Refused {
			continue
		}
		if slices.Contains(a.StoppedBy, guard.ID(one.Verdict.Guard)) {
			result.By = one.Verdict.Guard
			return result
		}
		// Of an attack that no guard is said to stop, what refused last ended it.
		if result.By == "" || len(a.StoppedBy) == 0 {
			result.By = one.Verdict.Guard
		}
	}
	return result
}

// heldOff returns the habit that keeps the attack from arising as the lab stands, where
// nobody had to refuse: codes that are random, for one.
func (a Attack) heldOff(r guard.Rules) guard.ID {
	for _, id := range slices.Sorted(maps.Keys(a.Given)) {
		if part, ok := guard.FindPart(id); ok && part.Kind == guard.Habit && r.Value(id) != a.Given[id] {
			return id
		}
	}
	return ""
}

func ending(a Attack, r api.AttackResult) string {
	if r.Outcome == api.Succeeded {
		return a.Title + ": succeeded. " + r.Harm
	}
	switch {
	case r.Outcome == api.CutShort:
		return a.Title + ": cut short by a bound of the lab"
	case r.By == "":
		return a.Title + ": came to nothing"
	}
	return a.Title + ": stopped by " + r.By
}

// note tells something that no server of the lab saw.
func (s *Scene) note(ctx context.Context, from, to event.Party, name, text string, fields ...event.Field) error {
	return s.labs.Record(ctx, s.Lab, event.Event{
		V: event.Version, ID: uuid.NewString(), Time: s.Lab.Now(), From: from, To: to, Kind: event.KindNote,
		Note: &event.Note{Name: name, Text: text, Fields: fields},
	})
}

// redeem sends a token request as Mallory, without any client of hers, and goes on to the
// API with what she gets, where there is one.
func (s *Scene) redeem(ctx context.Context, form url.Values) error {
	token, err := s.redeemAlone(ctx, form)
	if err != nil || token == "" {
		return err
	}
	return s.use(ctx, token)
}

// redeemAlone redeems a code as Mallory and returns the token that she gets, or "".
func (s *Scene) redeemAlone(ctx context.Context, form url.Values, proof ...event.Field) (token string, err error) {
	form.Set("grant_type", "authorization_code")
	got, err := s.askForTokens(ctx, form, proof...)
	return got.AccessToken, err
}

// refresh uses a refresh token as Mallory and returns what she gets.
func (s *Scene) refresh(ctx context.Context, clientID, token string, more url.Values) (client.Tokens, error) {
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {clientID}, "refresh_token": {token}}
	for name, values := range more {
		form[name] = values
	}
	return s.askForTokens(ctx, form)
}

// askForTokens sends a token request as Mallory and returns what she gets, if it is any.
func (s *Scene) askForTokens(ctx context.Context, form url.Values, proof ...event.Field) (tokens client.Tokens, err error) {
	answer, err := s.send(ctx, client.Request{
		Method: http.MethodPost, URL: s.Lab.Issuer() + "/token", Body: form.Encode(),
		Header: append(proof, event.Field{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}),
	})
	if err != nil || answer.Status != http.StatusOK {
		return tokens, err
	}
	return tokensIn(&event.Response{Body: answer.Body}), nil
}

// send sends a request as Mallory.
func (s *Scene) send(ctx context.Context, r client.Request) (client.Response, error) {
	return robot.Send(ctx, s.via, s.senders, s.Lab, event.Mallory, r)
}

// use has Mallory read with a token what the API keeps for its user, where there is an API.
func (s *Scene) use(ctx context.Context, token string) error {
	if !s.Lab.Settings.Rules().Offers(guard.ProtectedAPI) {
		return nil
	}
	for _, path := range []string{"/api/me", "/protected"} {
		if err := s.ask(ctx, path, token); err != nil {
			return err
		}
	}
	return nil
}

// ask has Mallory ask the API for a resource, with a token or, where that is "", without.
func (s *Scene) ask(ctx context.Context, path, token string) error {
	r := client.Request{Method: http.MethodGet, URL: s.Lab.API() + path}
	if token != "" {
		r.Header = []event.Field{{Name: "Authorization", Value: "Bearer " + token}}
	}
	_, err := s.send(ctx, r)
	return err
}

// begin tells that an attack, or the preparation of its mail, begins.
func (s *Scene) begin(ctx context.Context, name string, a Attack) error {
	return s.note(ctx, event.Lab, "", name, a.Title, a.field(), event.Field{Name: "title", Value: a.Title})
}

// field names the attack in a note.
func (a Attack) field() event.Field { return event.Field{Name: "attack", Value: a.ID} }

// leak shows how Mallory comes by an address that passed through Alice's browser:
// a careless proxy logs it, and she reads the log.
func (s *Scene) leak(ctx context.Context, text, address string) error {
	return s.leakFrom(ctx, event.Proxy, text, address)
}

// leakFrom tells that Mallory read the address at one of the parties.
func (s *Scene) leakFrom(ctx context.Context, from event.Party, text, address string) error {
	fields := []event.Field{{Name: "url", Value: address}}
	for _, name := range []string{"code", "code_challenge"} {
		if value := parameter(address, name); value != "" {
			fields = append(fields, event.Field{Name: name, Value: value})
		}
	}
	return s.leakFields(ctx, from, text, fields...)
}

// leakFields tells that Mallory read the values at one of the parties.
func (s *Scene) leakFields(ctx context.Context, from event.Party, text string, fields ...event.Field) error {
	return s.note(ctx, from, event.Mallory, event.NoteLeak, text, fields...)
}

// mail sends Alice a link, which she opens.
func (s *Scene) mail(ctx context.Context, link string) error {
	if err := s.noteMail(ctx, "a mail with a link, and Alice opens it", link); err != nil {
		return err
	}
	return s.Alice.Visit(ctx, link)
}

func (s *Scene) noteMail(ctx context.Context, text, link string) error {
	return s.note(ctx, event.Mallory, event.Browser, event.NoteMail, text, event.Field{Name: "url", Value: link})
}

// opened returns the run of an attack in which Alice does no more than open the mail.
func opened(bait func(context.Context, *Scene) (string, error)) func(context.Context, *Scene) error {
	return func(ctx context.Context, s *Scene) error {
		link, err := bait(ctx, s)
		if err != nil {
			return err
		}
		return s.mail(ctx, link)
	}
}

// signedIn returns the run of an attack in which Alice opens the mail and signs in, where
// the server asks her to.
func signedIn(bait func(context.Context, *Scene) (string, error)) func(context.Context, *Scene) error {
	return func(ctx context.Context, s *Scene) error {
		if err := opened(bait)(ctx, s); err != nil {
			return err
		}
		_, err := s.Alice.SignInHere(ctx)
		return err
	}
}

// stolenCode has Alice sign in through the careless proxy and returns the callback
// that was logged, and the code in it: "" where the server gave none.
func (s *Scene) stolenCode(ctx context.Context) (callback, code string, err error) {
	callback, err = s.Alice.SignIn(ctx)
	if err != nil {
		return "", "", err
	}
	code, err = s.logged(ctx, callback)
	return callback, code, err
}

// stolenWebAppCode is the same at the web app; Alice's browser crashes on the way back.
func (s *Scene) stolenWebAppCode(ctx context.Context) (code string, err error) {
	callback, err := s.webAppCallback(ctx, s.Alice)
	if err != nil {
		return "", err
	}
	return s.logged(ctx, callback)
}

// webAppCallback signs a user in to the web app, and stops their browser before the callback.
func (s *Scene) webAppCallback(ctx context.Context, who *robot.Robot) (callback string, err error) {
	who.StopBefore(s.Lab.Origins.WebCallback(s.Lab.ID))
	if err := who.Visit(ctx, s.Lab.Origins.WebApp(s.Lab.ID)+"start"); err != nil {
		return "", err
	}
	return who.SignInHere(ctx)
}

// logged has the careless proxy log a callback, and returns the code in it; "" where the server
// gave none.
func (s *Scene) logged(ctx context.Context, callback string) (code string, err error) {
	if code = parameter(callback, "code"); code == "" {
		return "", nil
	}
	return code, s.leak(ctx, "a careless proxy logs the address with the code in it", callback)
}

// authorization is a request of Mallory's making, in a link: with what a request
// has in the lab's chapter, and then with the changes, of which "" takes away.
func (s *Scene) authorization(changes url.Values) string {
	q := url.Values{
		"response_type": {"code"}, "client_id": {authserver.ClientDemo},
		"redirect_uri": {s.Lab.Origins.RedirectURI()},
	}
	if rules := s.Lab.Settings.Rules(); rules.Has(guard.IDState) {
		q.Set("state", "mallory-made-this")
		if rules.Offers(guard.PKCEParameters) {
			q.Set("code_challenge", guard.Challenge(guard.S256, guess))
			q.Set("code_challenge_method", guard.S256)
		}
		if rules.Offers(guard.JWKS) { // as the client asks who signs in
			q.Set("scope", rules.Value(guard.IDOpenIDScope)+" "+rules.Value(guard.IDScopeAsked))
			q.Set("nonce", "mallory-made-this-too")
		}
	}
	q["resource"] = s.resources()
	for name, values := range changes {
		q[name] = values
		if len(values) > 0 && values[0] == "" {
			q.Del(name)
		}
	}
	return s.Lab.Issuer() + "/authorize?" + q.Encode()
}

// resources are the addresses of the lab's APIs, which a request names as soon as there is more
// than one.
func (s *Scene) resources() []string {
	if !s.Lab.Settings.Rules().Offers(guard.ResourceIndicators) {
		return nil
	}
	return s.Lab.ResourceAddresses()
}

// guess is the verifier that Mallory makes up where she never saw the real one.
const guess = "mallory-makes-up-a-verifier-of-43-characters"

// swapped is a callback with other values in it.
func swapped(callback string, values ...string) string {
	u, err := url.Parse(callback)
	if err != nil {
		return callback
	}
	q := u.Query()
	for i := 0; i+1 < len(values); i += 2 {
		q.Set(values[i], values[i+1])
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// parameter returns a query parameter of an address, or "".
func parameter(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Query().Get(name)
}
