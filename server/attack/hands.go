package attack

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/authserver"
	"oauthlab/server/lab"
)

// Holding is one thing of others that is in Mallory's hands.
type Holding struct {
	Param string    // by which its value travels; of a client, that of what it took
	Value string    // itself
	Whose string    // the user whose it is; "" where the server does not know
	What  string    // what it is: "Alice's code"
	How   string    // how she came by it, in a sentence
	Seq   uint64    // position of the event by which she came by it
	At    time.Time // of that
	Until time.Time // how long it is good; zero where it is good for nothing, or has no end
	Worth string    // what she can do with it now, in words that end a sentence

	from     string // the address of the API at which a token was copied; "" where it was none
	isClient bool   // it is not the value, but the client that took it
	isApps   bool   // it is a token that Mallory's app was given, as others are
}

// Hands returns what Mallory holds of others now, by the events of a lab's log and by what its
// authorization server knows. What she was given twice is there once.
func Hands(events []event.Event, auth authserver.State, l *lab.Lab) []Holding {
	return Evidence{Events: events, Auth: auth, Rules: l.Settings.Rules(), lab: l}.hands(l.Now())
}

func (e Evidence) hands(now time.Time) []Holding {
	var held []Holding
	all := e.received()
	for _, h := range all {
		if slices.ContainsFunc(held, func(one Holding) bool { return one.Param == h.Param && one.Value == h.Value }) {
			continue
		}
		if h, isOthers := e.judge(h, all, now); isOthers {
			held = append(held, h)
		}
	}
	return append(held, e.accountsInHerHands()...)
}

// accountsInHerHands are those of others that the web app opened in her browser.
func (e Evidence) accountsInHerHands() (held []Holding) {
	for _, whose := range e.accountsOfOthers() {
		held = append(held, Holding{
			Param: "account", Value: whose, Whose: whose, What: prose.Capital(whose) + "'s account at the web app",
			How: "The web app opened it in her login.", Worth: "open in her browser, with the album.",
		})
	}
	return held
}

// received lists what came to Mallory, in the order of the log.
func (e Evidence) received() (all []Holding) {
	browsers := e.browsers()
	take := func(one event.Event, name, value, how string) {
		if value != "" {
			all = append(all, Holding{Param: name, Value: value, How: how, Seq: one.Seq, At: one.Time})
		}
	}
	for _, one := range e.Events {
		switch {
		case one.Note != nil && (one.To == event.Mallory || one.Note.Name == event.NoteStateRead):
			for _, name := range []string{"code", "code_verifier", "code_challenge", "access_token", "refresh_token", "shared_secret"} {
				take(one, name, one.Note.Get(name), prose.Sentence(one.Note.Text))
			}
			if n := len(all); n > 0 && all[n-1].Seq == one.Seq {
				all[n-1].from = one.Note.Get("resource")
			}
		case one.Note != nil && one.From == event.Client:
			took := "access_token"
			if one.Note.Name == event.NoteCode && !e.Rules.Offers(guard.TokenEndpoint) {
				took = "code"
			}
			switch {
			case one.Note.Get(took) == "":
			case browsers[one.Flow] == event.Mallory:
				take(one, took, one.Note.Get(took), "Her client took it.")
			default:
				all = append(all, Holding{
					Param: took, Value: one.Note.Get(took), isClient: true, Seq: one.Seq, At: one.Time,
					How: "It took what was issued to Mallory.",
				})
			}
		case one.Request != nil && one.To == event.Mallory:
			take(one, "code", parameter(one.Request.URL, "code"), "It was brought to her site.")
			take(one, "access_token", bearerOf(one.Request), "It was sent to her counterfeit API.")
		case one.Response != nil && one.To == event.Mallory && one.Response.Status == http.StatusOK:
			given := tokensIn(one.Response)
			take(one, "access_token", given.AccessToken, "The auth server answered her with it.")
			take(one, "refresh_token", given.RefreshToken, "The auth server answered her with it.")
		}
	}
	return all
}

// browsers says in whose browser the client of each flow runs.
func (e Evidence) browsers() map[string]event.Party {
	in := map[string]event.Party{}
	for _, one := range e.Events {
		switch {
		case one.Note == nil || one.Flow == "":
		case one.Note.Name == event.NoteOpen:
			in[one.Flow] = one.To
		case one.Note.Name == event.NoteCallback:
			in[one.Flow] = one.From
		}
	}
	return in
}

// judge says whose it is that Mallory received, and what it is worth to her now, beside all
// that she received. It reports whether it is any of others.
func (e Evidence) judge(h Holding, all []Holding, now time.Time) (Holding, bool) {
	switch {
	case h.isClient:
		return e.judgeClient(h)
	case h.Param == "access_token":
		t, known := e.Auth.Token(h.Value)
		if !known {
			return h.forgotten("A token"), true
		}
		return e.token(h, t, now), t.Subject != user
	case h.Param == "shared_secret":
		h.What, h.Worth = "The secret that the API shares with the auth server", "worth nothing while the API asks about each token."
		if e.Rules.Value(guard.IDTokenCheck) == guard.BySignature {
			h.Worth = "with which she writes a token for whomever she likes."
		}
		return h, true
	case h.Param == "refresh_token":
		f, t, known := e.Auth.Refresh(h.Value)
		if !known {
			return h.forgotten("A refresh token"), true
		}
		return e.refreshToken(h, f, t, now), f.Subject != user
	case h.Param == "code":
		i := slices.IndexFunc(e.Auth.Codes, func(c authserver.Code) bool { return c.Value == h.Value })
		if i < 0 {
			return h.forgotten("A code"), true
		}
		return e.judgeCode(h, e.Auth.Codes[i], all, now), e.Auth.Codes[i].Subject != user
	}
	return e.judgeVerifier(h, now)
}

func (h Holding) forgotten(what string) Holding {
	h.What, h.Worth = what, "unknown to the server: worth nothing."
	return h
}

// token says what a token of somebody else is worth to Mallory, under the rules as they are.
func (e Evidence) token(h Holding, t authserver.Token, now time.Time) Holding {
	h.Whose, h.What = t.Subject, fmt.Sprintf("A token to %s's account", prose.Capital(t.Subject))
	is := "good"
	switch late := !t.Expires.After(now); {
	case e.Rules.Offers(guard.ResourceIndicators) && len(e.opens(t)) == 0:
		h.Worth = "for another API than any of these: worth nothing there."
		return h
	case h.from != "" && slices.Equal(e.opens(t), []string{e.called(h.from)}):
		h.Worth = fmt.Sprintf("worth nothing beyond %s, where it was copied", e.called(h.from))
		if slices.Contains(t.Audience, e.lab.Issuer()) {
			h.Worth += ", but to ask UserInfo whose it is"
		}
		h.Worth += "."
		return h
	case t.ClientID == authserver.ClientPrints && !e.taken(guard.IDAudience) && !e.Rules.Offers(guard.ResourceIndicators):
		h.What, h.Worth = fmt.Sprintf("A token that her print shop was given, by %s", prose.Capital(t.Subject)), "which is for the shop's own API, and worth nothing at this one."
		return h
	case t.Revoked != nil && !e.taken(guard.IDTokenKnown) && !e.unasked(t):
		h.Worth = "revoked by the server: worth nothing."
		return h
	case late && !e.taken(guard.IDTokenExpiry):
		h.Worth = "too old: worth nothing."
		return h
	case t.Revoked != nil:
		is = "revoked, and still taken"
	case late:
		is = "too old, and still taken"
	default:
		h.Until = t.Expires
	}
	if h.isApps = isMallorysApp(t.ClientID) && t.Act == nil; h.isApps && !e.taken(guard.IDScope) {
		h.What = fmt.Sprintf("A token that her app was given, by %s", prose.Capital(t.Subject))
		h.Worth = "which opens what was granted and no more: " + t.Scope + "."
		if guard.RefreshScope(allowed(e.Auth, t), t.Scope) != nil {
			h.Worth = "which opens more than was allowed: " + t.Scope + "."
		}
		return h
	}
	h.Worth = fmt.Sprintf("%s. Whoever brings it is %s.", is, prose.Capital(t.Subject))
	if e.Rules.Offers(guard.ResourceIndicators) {
		h.Worth = fmt.Sprintf("%s. Whoever brings it is %s, at %s.", is, prose.Capital(t.Subject), prose.List(e.opens(t)))
	}
	return h
}

// called is how the API at an address is called in a sentence; "" for one that is not the lab's.
func (e Evidence) called(address string) string {
	r, _ := e.lab.ResourceAt(address)
	return r.Called
}

// opens are the titles of the APIs that take a token, as the lab stands.
func (e Evidence) opens(t authserver.Token) (titles []string) {
	for _, at := range []struct {
		r     lab.Resource
		guard guard.ID
	}{{lab.Photos, guard.IDAudience}, {lab.Billing, guard.IDAudienceBilling}, {lab.Calendar, guard.IDAudienceCalendar}} {
		own := e.lab.Resource(at.r)
		aud := []string(t.Audience)
		told := e.unasked(t) || e.taken(guard.IDIntrospectionAudience) || slices.Contains(aud, own)
		if e.taken(guard.IDAudienceExact) {
			aud = guard.WithoutSlashes(aud)
		}
		if told && (slices.Contains(aud, own) || e.taken(at.guard)) {
			titles = append(titles, at.r.Called)
		}
	}
	return titles
}

// refreshToken says what a refresh token of somebody else is worth to Mallory.
func (e Evidence) refreshToken(h Holding, f authserver.Family, t authserver.RefreshToken, now time.Time) Holding {
	h.Whose, h.What = f.Subject, fmt.Sprintf("A refresh token of %s's login", prose.Capital(f.Subject))
	switch {
	case f.Revoked != nil:
		h.Worth = "revoked with all of its family: worth nothing."
	case !e.isRefreshed(f, t, now):
		h.Worth = "used, or over: worth nothing."
	case f.ClientID == authserver.ClientWeb && e.Rules.On(guard.IDRefreshClient):
		h.Worth = "bound to the web app, whose secret she lacks: worth nothing to her."
	default:
		if h.Until = f.Ends; !f.Ends.After(now) {
			h.Until = time.Time{}
		}
		h.Worth = "which gets her a token whenever she likes."
	}
	if h.isApps = isMallorysApp(f.ClientID); h.isApps {
		h.What = fmt.Sprintf("A refresh token that her app was given, by %s", prose.Capital(f.Subject))
	}
	return h
}

// isRefreshed reports whether the server gives new tokens for a refresh token, as the lab
// stands.
func (e Evidence) isRefreshed(f authserver.Family, t authserver.RefreshToken, now time.Time) bool {
	return (t.Used == nil || e.taken(guard.IDRefreshReuse) && e.taken(guard.IDRefreshFamily)) &&
		(now.Before(t.Expires) || e.taken(guard.IDRefreshIdle)) && (now.Before(f.Ends) || e.taken(guard.IDRefreshAbsolute))
}

// isMallorysApp reports whether users let Mallory in by the client.
func isMallorysApp(client string) bool {
	return client == authserver.ClientMallory || client == authserver.ClientPrints
}

// unasked reports whether an API takes the token without asking what became of it.
func (e Evidence) unasked(t authserver.Token) bool {
	return t.Format == guard.JWT && e.Rules.Value(guard.IDTokenCheck) == guard.BySignature
}

// taken reports whether there is an API, and it takes what the guard would refuse.
func (e Evidence) taken(id guard.ID) bool { return e.Rules.Has(id) && !e.Rules.On(id) }

// judgeCode says what a code of somebody else is worth to Mallory, under the rules as they
// are.
func (e Evidence) judgeCode(h Holding, c authserver.Code, all []Holding, now time.Time) Holding {
	h.Whose, h.What = c.Subject, prose.Capital(c.Subject)+"'s code"
	spent, late := c.Spent != nil, !c.Expires.After(now)
	switch {
	case !e.Rules.Offers(guard.TokenEndpoint):
		h.Worth = "not of use yet. The endpoint that takes it comes with chapter " + guard.TokenEndpoint.Chapter() + "."
		return h
	case spent && e.Rules.On(guard.IDCodeSingleUse):
		h.Worth = "used up."
		return h
	case late && e.Rules.On(guard.IDCodeExpiry):
		h.Worth = "too old."
		return h
	}
	is := "unused"
	if spent {
		is = "used, and taken again"
	} else if late {
		is = "too old, and still taken"
	} else {
		h.Until = c.Expires
	}
	switch {
	case c.Challenge == "":
		h.Worth = is + " and bound to no challenge."
	case !e.Rules.On(guard.IDPKCE):
		h.Worth = is + ". It is bound to a challenge that nobody checks."
	case slices.ContainsFunc(all, func(one Holding) bool { return one.isVerifierOf(c) }):
		h.Worth = is + ", and she has its verifier."
	default:
		h.Until = time.Time{}
		h.Worth = is + ". It is bound to a challenge, and she has no verifier: worth nothing to her."
	}
	return h
}

// judgeVerifier finds the code that a verifier opens. A challenge that opens one is a
// verifier too: that of the method plain (RFC 7636 §4.2).
func (e Evidence) judgeVerifier(h Holding, now time.Time) (Holding, bool) {
	i := slices.IndexFunc(e.Auth.Codes, func(c authserver.Code) bool { return opens(h.Value, c) })
	if i < 0 {
		h.What, h.Worth = "A verifier", "there is no code that it opens."
		return h, h.Param == "code_verifier"
	}
	c := e.Auth.Codes[i]
	h.Whose, h.What, h.Worth = c.Subject, "The verifier of "+prose.Capital(c.Subject)+"'s login", "the code that it opens is used up."
	switch {
	case c.Spent != nil:
	case !c.Expires.After(now):
		h.Worth = "the code that it opens is too old."
	default:
		h.Until, h.Worth = c.Expires, "it opens that login's code."
	}
	return h, c.Subject != user
}

// judgeClient finds that the client in somebody else's browser took what was issued to
// Mallory, and what the server still takes it for.
func (e Evidence) judgeClient(h Holding) (Holding, bool) {
	took := Evidence{Auth: e.Auth, Rules: e.Rules, lab: e.lab, Alice: Taken{Codes: []string{h.Value}, Tokens: []string{h.Value}}}
	h.Whose, h.What, h.Worth = "alice", "Alice's client", "signed in to Mallory's account: what Alice leaves there, Mallory reads."
	return h, clientTook(aliceOf, user)(took) && e.begunByMallory(h.Value)
}

// begunByMallory reports whether the code that a value is, or that it was given for, was
// answered to Mallory's own browser: then it was planted, and nobody signed in as her.
func (e Evidence) begunByMallory(value string) bool {
	code := value
	if t, known := e.Auth.Token(value); known {
		code = t.Code
	}
	return slices.ContainsFunc(e.Events, func(one event.Event) bool {
		return one.Response != nil && one.To == event.Mallory && parameter(locationOf(one.Response), "code") == code
	})
}

func (h Holding) isVerifierOf(c authserver.Code) bool {
	return (h.Param == "code_verifier" || h.Param == "code_challenge") && opens(h.Value, c)
}

// opens reports whether a verifier is that of the code.
func opens(verifier string, c authserver.Code) bool {
	return c.Challenge != "" && guard.Challenge(c.ChallengeMethod, verifier) == c.Challenge
}
