package timeline

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
)

// How long a sentence takes to read, for somebody who also looks at the diagram.
const (
	readingLeast = 1800 * time.Millisecond
	readingWord  = 280 * time.Millisecond
)

// ReadingTime is how long the frame's sentence takes to read.
func (f Frame) ReadingTime() time.Duration {
	return max(readingLeast, time.Duration(len(strings.Fields(f.Says)))*readingWord)
}

// teller tells a story: what happens, in a sentence a message. It remembers whose the
// codes and tokens are that pass.
type teller struct {
	owner  map[string]string // of a code or token: the user's name
	own    map[string]bool   // hashes of tokens that are a client's own: no user is in them
	hers   map[string]bool   // flows of the client that Mallory uses herself
	mailed bool              // Alice has just opened a link out of a mail
	asked  map[string]string // path of a request, by its id
}

func newTeller() *teller {
	return &teller{owner: map[string]string{}, own: map[string]bool{}, hers: map[string]bool{}, asked: map[string]string{}}
}

// tell returns what e says, "" for what is no message.
func (t *teller) tell(e event.Event) string {
	switch {
	case e.Request != nil:
		return t.request(e)
	case e.Response != nil:
		return t.response(e)
	case e.Change != nil:
		t.learn(e)
	case e.Note != nil:
		return t.note(e)
	}
	return ""
}

// meet learns beforehand which flows are of the client in Mallory's browser.
func (t *teller) meet(e event.Event) {
	if e.Note != nil && (e.Note.Name == event.NoteOpen && e.To == event.Mallory || e.Note.Name == event.NoteCallback && e.From == event.Mallory) {
		t.hers[e.Flow] = true
	}
}

// learn remembers whose a code or a token is.
func (t *teller) learn(e event.Event) {
	name := subjectOf(e)
	if name == "" {
		return
	}
	t.owner[e.Change.Key] = name
	if client := fieldOf(e.Change, "client_id"); e.Change.What == "token" && client != "" && client == fieldOf(e.Change, "subject") {
		t.own[e.Change.Key], t.owner[e.Change.Key] = true, "its own"
	}
}

// fieldOf is what a field of a change became; "" for one that it has not.
func fieldOf(c *event.Change, name string) string {
	for _, f := range c.Fields {
		if f.Name == name {
			return f.To
		}
	}
	return ""
}

// isClients reports whether a token is a client's own.
func (t *teller) isClients(token string) bool { return t.own[guard.TokenHash(token)] }

// who is what a sentence calls the party that acts in the flow.
func (t *teller) who(p event.Party, flow string) string {
	switch {
	case p == event.Browser:
		return "Alice's browser"
	case p == event.Client && t.hers[flow]:
		return "Mallory's client"
	case p == event.Client:
		return "Alice's client"
	case p == event.Auth:
		return "the auth server"
	case p == event.Webapp:
		return "the web app"
	case p == event.API:
		return "the API"
	case p == event.Agent:
		return "the agent"
	}
	return PartyName(p)
}

func (t *teller) request(e event.Event) string {
	who, path := t.who(e.From, e.Flow), endpointOf(e.Request.URL)
	t.asked[e.ID] = path
	query := queryOf(e.Request.URL)
	followed := t.mailed && e.From == event.Browser
	t.mailed = t.mailed && !followed
	switch {
	case e.To == event.Mallory:
		if code := query.Get("code"); code != "" {
			return prose.Capital(who) + " comes to Mallory's site, with " + t.whose(code) + " code in the address."
		}
		return prose.Capital(who) + " comes to Mallory's site."
	case path == "/authorize" && followed:
		return prose.Capital(who) + " follows the link to the auth server."
	case path == "/authorize":
		return prose.Capital(who) + " asks the auth server for a code" + forWhom(targetsOf(e)) + "."
	case path == "/login" && e.Request.Method == "POST":
		return t.signsIn(e)
	case path == "/login":
		return prose.Capital(who) + " opens the login page."
	case path == "/token":
		return t.redeems(who, e)
	case path == "/jwks":
		return prose.Capital(who) + " asks the auth server for its public keys."
	case asksMetadata(path):
		return prose.Capital(who) + " asks the auth server for its metadata."
	case path == "/userinfo":
		return prose.Capital(who) + " asks the auth server who that is, " + t.with(e) + "."
	case path == "/introspect":
		form, _ := url.ParseQuery(e.Request.Body)
		return prose.Capital(who) + " asks the auth server what " + t.whose(form.Get("token")) + " token is worth."
	}
	switch e.To {
	case event.API:
		return prose.Capital(who) + t.asksAPI(e, path)
	case event.Agent:
		return prose.Capital(who) + " sends the agent the task, " + t.with(e) + "."
	case event.Webapp:
		return prose.Capital(who) + asksWebApp(path)
	}
	return prose.Capital(who) + " asks " + t.who(e.To, e.Flow) + ": " + requestText(e.Request) + "."
}

func (t *teller) signsIn(e event.Event) string {
	form, _ := url.ParseQuery(e.Request.Body) // what cannot be read names nobody
	name := form.Get("pick")
	if name == "" {
		name = form.Get("username")
	}
	if name == "" {
		return "The login form is sent."
	}
	return prose.Capital(name) + " signs in."
}

// asksAPI says what is asked of the API, and with what.
func (t *teller) asksAPI(e event.Event, path string) string {
	asks := " asks the API for photos and notes, "
	switch {
	case path == "/calendar" && e.Request.Method == "POST":
		asks = " writes into the calendar, "
	case path == "/calendar":
		asks = " asks for the calendar, "
	case path == "/billing":
		asks = " asks for bills, "
	case e.Request.Method == "POST":
		asks = " writes a note, "
	case path == "/api/me":
		asks = " asks the API who that is, "
	}
	return asks + t.with(e) + "."
}

// with says with what token a request is made.
func (t *teller) with(e event.Event) string {
	with := "without a token"
	for _, p := range carriedBy(e) {
		if p.Name != "access_token" {
			continue
		}
		with = "with " + t.whose(p.Value) + " token"
		if p.In == "query" {
			with += " in the address"
		}
	}
	return with
}

// asksWebApp says what a browser wants of the web app.
func asksWebApp(path string) string {
	switch path {
	case "/start":
		return " begins a login at the web app."
	case "/callback":
		return " brings the answer back to the web app."
	case "/again":
		return " has the web app ask the API again."
	case "/logout":
		return " signs out of the web app."
	}
	return " opens the web app."
}

func (t *teller) redeems(who string, e event.Event) string {
	form, _ := url.ParseQuery(e.Request.Body)
	target := forWhom(targetsOf(e))
	switch token, kind := form.Get("refresh_token"), form.Get("grant_type"); {
	case token != "":
		return prose.Capital(who) + " asks for a new token" + target + ", with " + t.whose(token) + " refresh token."
	case kind == "client_credentials":
		return prose.Capital(who) + " asks for a token of its own" + target + "."
	case strings.HasSuffix(kind, ":token-exchange"):
		return prose.Capital(who) + " brings " + t.whose(form.Get("subject_token")) + " token, and asks for another" + target + "."
	}
	with := "without a verifier"
	if form.Get("code_verifier") != "" {
		with = "with a verifier"
	}
	if e.From == event.Mallory {
		return "Mallory brings " + t.whose(form.Get("code")) + " code to the token endpoint, " + with + "."
	}
	return prose.Capital(who) + " redeems " + t.whose(form.Get("code")) + " code, " + with + "."
}

// forWhom says for which APIs, behind what is asked for; "" for none.
func forWhom(targets string) string {
	if targets == "" {
		return ""
	}
	return " for " + targets
}

// whose is the owner of a code or a token, in the genitive.
func (t *teller) whose(value string) string {
	for _, key := range []string{value, guard.TokenHash(value)} {
		if name, known := t.owner[key]; known && t.own[key] {
			return name
		} else if known {
			return name + "'s"
		}
	}
	return "a"
}

func (t *teller) response(e event.Event) string {
	to, from := t.who(e.To, e.Flow), prose.Capital(t.who(e.From, e.Flow))
	if location := headerOf(e.Response.Header, "location"); location != "" {
		return t.redirects(location, from, to)
	}
	carried := carriedBy(e)
	value := func(name string) string {
		i := slices.IndexFunc(carried, func(p Param) bool { return p.Name == name })
		if i < 0 {
			return ""
		}
		return carried[i].Value
	}
	asked := t.asked[e.Re]
	switch token := value("access_token"); {
	case asksMetadata(asked) && value("issuer") != "":
		return from + " answers with its metadata."
	case asked == "/userinfo" && e.Response.Status < 300:
		return from + " tells " + to + " who " + tellsWho(value) + "."
	case value("active") == "true":
		return from + " tells " + to + " that it is active: it is " + prose.Capital(value("sub")) + "'s."
	case value("active") == "false":
		return from + " tells " + to + " that it is not active, and no more."
	case token != "" && t.isClients(token):
		return from + " gives " + to + " a token of its own, about no user."
	case token != "" && value("issued_token_type") != "":
		return from + " gives " + to + " a token with which it acts for " + prose.Capital(strings.TrimSuffix(t.whose(token), "'s")) + "."
	case token != "":
		gives := from + " gives " + to + " a token to " + t.whose(token) + " account"
		if value("id_token") != "" {
			gives += ", and an ID token"
		}
		return gives + "."
	case e.From == event.Agent && value("did") != "":
		return from + " reports: " + prose.FullStop(value("did"))
	case e.From == event.API && e.Response.Status < 300:
		return "The API answers " + to + ": " + t.handsOut(carried) + "."
	case e.Response.Status >= 400 && value("error") != "":
		return from + " refuses: " + value("error") + "."
	case e.Response.Status >= 400:
		return from + " refuses."
	case asked == "/login":
		return from + " shows its login page."
	case strings.HasPrefix(headerOf(e.Response.Header, "content-type"), "text/html"):
		return from + " shows a page."
	}
	return from + " answers."
}

// tellsWho says what UserInfo tells. value finds a claim.
func tellsWho(value func(name string) string) string {
	var all []string
	for _, name := range []string{"name", "email"} {
		if v := value(name); v != "" {
			all = append(all, v)
		}
	}
	who := "that is"
	if sub := value("sub"); sub != "" {
		who = prose.Capital(sub) + " is"
	}
	if len(all) == 0 {
		return who + ", and no more"
	}
	who += ": " + strings.Join(all, ", ")
	if value("email_verified") == "false" {
		who += ", an address that nobody verified"
	}
	return who
}

// handsOut says what an answer of the API gives away, and whose it is.
func (t *teller) handsOut(carried []Param) string {
	of := map[string]string{}
	for _, p := range carried {
		of[p.Name] = p.Value
	}
	owner := prose.Capital(of["owner"])
	switch {
	case of["email"] != "":
		return of["name"] + ", " + of["email"]
	case of["photos"] != "":
		return owner + "'s photos and notes"
	case of["bills"] != "":
		return owner + "'s bills"
	case of["appointments"] != "":
		return owner + "'s calendar"
	case of["day"] != "":
		return "it stands in " + owner + "'s calendar"
	}
	return "the note stands in " + owner + "'s account"
}

func (t *teller) redirects(location, from, to string) string {
	query, path := queryOf(location), endpointOf(location)
	switch code := query.Get("code"); {
	case path == "/login":
		return from + " first wants to know who that is."
	case path == "/authorize":
		return from + " sends " + to + " to the auth server."
	case code != "":
		return from + " sends " + to + " back with " + t.whose(code) + " code."
	case query.Get("error") != "":
		return from + " sends " + to + " back with an error: " + query.Get("error") + "."
	case path == "/":
		return from + " sends " + to + " on to its page."
	}
	return from + " sends " + to + " on to " + path + "."
}

// endpointOf is pathOf without the fault that an issuer of the auth server's names.
func endpointOf(raw string) string {
	path := pathOf(raw)
	if fault, is := strings.CutPrefix(path, "/fault/"); is {
		_, path, _ = strings.Cut(fault, "/")
		return "/" + path
	}
	return path
}

// asksMetadata reports whether a server describes itself at a path (RFC 8414 §3, OpenID Connect
// Discovery §4).
func asksMetadata(path string) bool {
	return strings.HasPrefix(path, "/.well-known/openid-configuration") || strings.HasPrefix(path, "/.well-known/oauth-authorization-server")
}

func (t *teller) note(e event.Event) string {
	t.mailed = t.mailed || e.Note.Name == event.NoteMail
	row := event.NoteRowOf(e.Note.Name)
	text := row.Story
	switch web := e.From == event.Webapp; { // between which and a browser real messages pass
	case text == "":
		return prose.Sentence(e.Note.Text)
	case web && e.Note.Name == event.NoteOpen:
		text = "{client} writes what it asks for into an address."
	case web && e.Note.Name == event.NoteCallback:
		text = "{client} takes the answer out of the address."
	}
	return prose.Capital(strings.NewReplacer(
		"{client}", t.clientOf(e),
		"{browser}", t.who(e.From, e.Flow),
		"{whose}", t.whose(codeIn(e.Note)),
		"{why}", why(e.Note.Get("error")),
		"{sub}", orElse(prose.Capital(e.Note.Get("sub")), "nobody"),
		"{account}", orElse(prose.Capital(e.Note.Get("account")), "nobody"),
		"{name}", orElse(e.Note.Get("name"), thingsShown(e.Note)),
		"{text}", strings.TrimSuffix(orElse(e.Note.Get("text"), e.Note.Text), "."),
	).Replace(text))
}

// thingsShown are what a client shows, where it does not say whose account it is.
func thingsShown(n *event.Note) string {
	switch {
	case len(n.All("bill")) > 0:
		return "bills"
	case len(n.All("appointment")) > 0:
		return "appointments"
	}
	return "photos and notes"
}

// clientOf is what a sentence calls the client that a note is of.
func (t *teller) clientOf(e event.Event) string {
	if e.From == event.Webapp || e.To == event.Webapp {
		return "the web app"
	}
	return t.who(event.Client, e.Flow)
}

// why is an error of the client, with the name of a check, not its id.
func why(err string) string {
	id, rest, is := strings.Cut(err, ": ")
	if is {
		err = GuardName(id) + ": " + rest
	}
	return strings.TrimSuffix(err, ".")
}

// codeIn is the code that a note speaks of, "" for none.
func codeIn(n *event.Note) string {
	if code := n.Get("code"); code != "" {
		return code
	}
	return queryOf(n.Get("url")).Get("code")
}

func queryOf(raw string) url.Values {
	u, err := url.Parse(raw)
	if err != nil {
		return nil
	}
	return u.Query()
}
