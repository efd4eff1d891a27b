package timeline

import (
	"encoding/json"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/prose"
)

// Triptych is what was told of one user in one login, by each of those that tell of users:
// the ID token, UserInfo, and the API.
type Triptych struct {
	Who   string      // "Alice at the web app": of which login; "" where there is none
	Told  []Told      // each of the three, in that order
	Knows []Knowledge // what each says to the same question
}

// Told is one of the three.
type Told struct {
	Title   string      // "ID token"
	From    event.Party // who tells
	About   string      // from whom it comes, and to whom
	Missing string      // why it is not there; "" where it is
	Seq     uint64      // position of the message in which it came
	Facts   []Fact      // who signed it, whom it is for, until when it is good
	Claims  []Param
}

// Fact is something that is so of a whole: "For", "demo-web".
type Fact struct{ Name, Value string }

// Knowledge is a question, and what each of the three says to it.
type Knowledge struct {
	Question string
	Claim    string   // by which it is answered; "" where that is no claim
	Answers  []string // "" where it is not told
}

// telling is what one login told so far.
type telling struct {
	client  event.Party
	idToken string
	seq     uint64         // of the answer with the ID token
	answers [2]event.Event // of UserInfo, and of the API's profile
	things  string         // what the API keeps: "3 photos, 1 note"
}

// The endpoints that tell of a user, in the order of telling.answers.
var tellers = [2]struct {
	path string
	from event.Party
}{{"/userinfo", event.Auth}, {"/api/me", event.API}}

// TriptychOf returns what was told in the latest login for which there is any of the three. A
// login is told from another by its flow and its tokens.
func TriptychOf(events []event.Event) Triptych {
	var (
		latest *telling
		logins = map[string]*telling{}     // by flow, and by access token
		asked  = map[string]*event.Event{} // requests with a token, by id
	)
	since := SinceReset(events)
	for i, e := range since {
		switch {
		case e.Request != nil && bearerOf(e) != "":
			asked[e.ID] = &since[i]
		case e.Response == nil:
		case e.From == event.Auth && e.Response.Status < 300 && e.To != event.Browser:
			if one := given(e, logins); one != nil {
				latest = one
			}
		}
		request := asked[e.Re]
		if e.Response == nil || request == nil {
			continue
		}
		one := logins[bearerOf(*request)]
		if one == nil { // the log has lost the token's answer
			one = &telling{client: request.From}
			logins[bearerOf(*request)] = one
		}
		path := endpointOf(request.Request.URL)
		for i, t := range tellers {
			if t.path == path && t.from == e.From {
				one.answers[i], latest = e, one
			}
		}
		if path == "/protected" && e.From == event.API && request.Request.Method == "GET" {
			one.things = thingsIn(e)
		}
	}
	if latest == nil {
		return Triptych{}
	}
	return latest.triptych()
}

// given takes the tokens of an answer into the login that they are of, and returns that where an
// ID token is among them.
func given(e event.Event, logins map[string]*telling) *telling {
	token, id := paramOf(e, "access_token"), paramOf(e, "id_token")
	if token == "" {
		return nil
	}
	one := logins[e.Flow]
	if one == nil {
		one = &telling{client: e.To}
	}
	logins[token] = one
	if e.Flow != "" {
		logins[e.Flow] = one
	}
	if id == "" {
		return nil
	}
	one.idToken, one.seq = id, e.Seq
	return one
}

// bearerOf returns the token that a request shows; "" for none.
func bearerOf(e event.Event) string {
	switch endpointOf(e.Request.URL) {
	case "/userinfo", "/api/me", "/protected":
		return paramOf(e, "access_token")
	}
	return ""
}

// paramOf returns the value of a parameter that a message carries, "" where it does not.
func paramOf(e event.Event, name string) string {
	for _, p := range carriedBy(e) {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// thingsIn counts what the API keeps for a user: "3 photos, 1 note".
func thingsIn(e event.Event) string {
	var kept struct{ Photos, Notes []json.RawMessage }
	if e.Response.Status >= 300 || json.Unmarshal([]byte(e.Response.Body), &kept) != nil {
		return ""
	}
	return prose.Count(len(kept.Photos), "photo") + ", " + prose.Count(len(kept.Notes), "note")
}

func (l *telling) triptych() Triptych {
	client := newTeller().who(l.client, "")
	t := Triptych{Told: []Told{
		l.inIDToken(client),
		l.answered(0, "UserInfo", "Told by the auth server, on request.", "Nobody asked for it in this login."),
		l.answered(1, "API profile", "Told by the API, on request.", "Nobody asked for it in this login."),
	}}
	for _, told := range t.Told {
		if name := told.claim("sub"); name != "" && t.Who == "" {
			t.Who = prose.Capital(name)
		}
	}
	t.Who = orElse(t.Who, "Somebody") + " at " + client
	t.Knows = knowledge(t.Told, l.things)
	return t
}

// inIDToken is what the ID token says.
func (l *telling) inIDToken(client string) Told {
	t := Told{Title: "ID token", From: event.Auth, Seq: l.seq, About: "Made by the auth server, for " + client + "."}
	inside := openToken(l.idToken)
	switch {
	case l.idToken == "":
		t.Missing = "None was given in this login: " + client + " did not ask who signs in."
		return t
	case inside == nil:
		t.Missing = "It cannot be read."
		return t
	}
	alg := ""
	for _, p := range inside {
		switch {
		case p.JWTPart() == "claims":
			t.Claims = append(t.Claims, p)
		case p.Name == "alg":
			alg = p.Value
		case p.JWTPart() == "signature" && p.Value == "":
			alg = "none"
		}
	}
	t.Facts = []Fact{
		{"Signed by", signedBy(alg)},
		{"For", orElse(t.claim("aud"), "nobody: aud is missing")},
		{"Good until", orElse(t.also("exp"), "not said")},
	}
	return t
}

// signedBy says who signed a token of the authorization server.
func signedBy(alg string) string {
	switch {
	case strings.EqualFold(alg, "none"):
		return "nobody"
	case strings.HasPrefix(alg, "HS"):
		return "the auth server, with " + alg + " and a secret that the client has too"
	}
	return "the auth server, with " + alg + " and a key of its own"
}

// answered is what an endpoint answered.
func (l *telling) answered(which int, title, about, missing string) Told {
	e := l.answers[which]
	t := Told{Title: title, From: tellers[which].from, About: about, Seq: e.Seq}
	if e.Response == nil {
		t.Missing = missing
		return t
	}
	t.Claims = carriedBy(e)
	switch {
	case e.Response.Status >= 300:
		t.Missing = "The answer was no: " + orElse(t.claim("error"), "it does not say why") + "."
	case len(t.Claims) == 0:
		t.Missing = "The answer cannot be read."
	}
	if t.Missing != "" {
		t.Claims = nil
		return t
	}
	t.Facts = []Fact{
		{"Signed by", "nobody: it is an answer, and no document"},
		{"For", "whoever shows the access token"},
		{"Good until", "not said: it was so when it was asked"},
	}
	return t
}

// claim returns the value of a claim, "" where it is not told.
func (t Told) claim(name string) string { return t.find(name).Value }

// also returns a claim's value in other words.
func (t Told) also(name string) string { return t.find(name).Also }

func (t Told) find(name string) Param {
	for _, p := range t.Claims {
		if p.Name == name {
			return p
		}
	}
	return Param{}
}

// questions are what one wants to know of who signed in, and the claims that say it.
var questions = []struct{ question, claim string }{
	{"Who signed in", "sub"},
	{"When", "auth_time"},
	{"For which client", "aud"},
	{"Name", "name"},
	{"E-mail", "email"},
	{"E-mail verified", "email_verified"},
}

// knowledge compares what the three say. things is what the API keeps besides.
func knowledge(told []Told, things string) []Knowledge {
	var all []Knowledge
	for _, q := range questions {
		k := Knowledge{Question: q.question, Claim: q.claim}
		for _, t := range told {
			k.Answers = append(k.Answers, orElse(t.also(q.claim), t.claim(q.claim)))
		}
		all = append(all, k)
	}
	kept := make([]string, len(told))
	kept[len(told)-1] = things
	return append(all, Knowledge{Question: "Photos and notes", Answers: kept})
}
