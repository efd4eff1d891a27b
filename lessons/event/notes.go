package event

import "slices"

// NoteRow says what a note is, and how the screen tells it. The order of the table is
// that of a flow, then of an attack, then of the lab.
type NoteRow struct {
	Name   string
	Means  string   // when it is told, in a sentence
	From   Party    // who tells it
	To     Party    // of an arrow: to whom, unless the note says so
	Fields []string // the fields that it may have
	Says   string   // what is said of it, {url} standing for the field url; empty: the note's own text
	Story  string   // the same as a sentence of a story, see timeline.Frames; empty: the note's own text

	Plain   bool // its fields are not shown beside it
	Leak    bool // its arrow is dashed: nobody meant this to be sent
	Fault   bool // something went wrong
	Trouble bool // its text is looked up in the book of errors
	Silent  bool // it is told in no line: what it does is seen
	Ends    bool // what a link began in Alice's browser may be over with it
}

// IsArrow reports whether the diagram draws the note from one party to another.
func (r NoteRow) IsArrow() bool { return r.To != "" }

// noteRows are all of them.
var noteRows = []NoteRow{
	{Name: NoteVerifier, Means: "The client made a code verifier and its challenge.", From: Client, Fields: []string{"code_verifier", "code_challenge", "code_challenge_method"}, Story: "{client} makes a verifier and keeps it. Its hash is the challenge.", Says: "makes a verifier"},
	{Name: NoteState, Means: "The client made a state.", From: Client, Fields: []string{"state"}, Story: "{client} makes a state.", Says: "makes a state"},
	{Name: NoteNonce, Means: "The client made a nonce.", From: Client, Fields: []string{"nonce"}, Story: "{client} makes a nonce.", Says: "makes a nonce"},
	{Name: NoteOpen, Means: "The client opens an authorization URL in the browser.", From: Client, To: Browser, Fields: []string{"url"}, Story: "{client} sends the browser to the auth server.", Says: "open {url}", Plain: true},
	{Name: NoteCallback, Means: "The browser came back to the redirect URI.", From: Browser, To: Client, Fields: []string{"url"}, Story: "{browser} brings the answer back to the client.", Says: "callback"},
	{Name: NoteCode, Means: "The client took the code of a callback.", From: Client, Fields: []string{"code"}, Story: "{client} takes {whose} code.", Says: "takes the code", Ends: true},
	{Name: NoteTokens, Means: "The client keeps the tokens it was given.", From: Client, Fields: []string{"grant_type", "access_token", "token_type", "expires_in", "refresh_token", "scope", "resource"}, Story: "{client} keeps the token.", Says: "keeps the token", Plain: true, Ends: true},
	{Name: NoteSignedIn, Means: "The client knows from an ID token who has signed in.", From: Client, Fields: []string{"iss", "sub"}, Story: "{client} knows who has signed in: {sub}.", Says: "knows who signed in", Plain: true},
	{Name: NoteUserInfo, Means: "The client takes what UserInfo tells of the user.", From: Client, Fields: []string{"sub", "name", "preferred_username", "email", "email_verified"}, Story: "{client} takes what UserInfo tells of {sub}.", Says: "takes the claims", Plain: true},
	{Name: NoteAccount, Means: "The web app opens an account of its own for who has signed in.", From: Webapp, Fields: []string{"sub", "account", "photo"}, Story: "The web app opens the account of {account}.", Says: "opens an account", Plain: true, Ends: true},
	{Name: NoteShown, Means: "The client shows what the API handed out.", From: Client, Fields: []string{"name", "email", "photo", "note", "bill", "appointment"}, Story: "{client} shows what the API handed out: {name}.", Says: "shows what it got", Plain: true, Ends: true},
	{Name: NoteRenewing, Means: "The client's token is refused, and it asks for another without its user.", From: Client, Story: "{client} asks for a new token, without Alice.", Says: "renews its token", Plain: true},
	{Name: NoteAPIRefused, Means: "The API refused what the client asked for, and why.", From: Client, Fields: []string{"error"}, Story: "{client} hears no from the API: {why}.", Says: "hears no from the API", Fault: true, Trouble: true},
	{Name: NoteTokenRefused, Means: "The client got no token for one of its APIs, and why.", From: Client, Fields: []string{"error"}, Story: "{client} gets no token for this API: {why}.", Says: "gets no token for this API", Fault: true, Trouble: true},
	{Name: NoteDelegates, Means: "The client is about to hand the agent a task, and a token.", From: Client, Fields: []string{"url", "task"}, Story: "{client} hands the agent a task, with a token.", Says: "hands the agent a task", Plain: true},
	{Name: NoteReport, Means: "The client shows what the agent says that it did.", From: Client, Fields: []string{"text"}, Story: "{client} shows what the agent did: {text}.", Says: "shows what the agent did", Plain: true, Ends: true},
	{Name: NoteSignedOut, Means: "The client forgot its tokens, because its user signed out.", From: Client, Story: "{client} forgets its tokens.", Says: "forgets its tokens", Plain: true},
	{Name: NoteFlowFailed, Means: "The client gave up, and why.", From: Client, Fields: []string{"error"}, Story: "{client} gives up: {why}.", Says: "gives up", Fault: true, Trouble: true, Ends: true},
	{Name: NoteLoginRefused, Means: "A user name and password did not belong together.", From: Auth, Fields: []string{"username"}, Story: "The auth server refuses the sign-in.", Says: "wrong name or password", Plain: true, Fault: true, Trouble: true},
	{Name: NoteFault, Means: "The server was told to do something wrong, and did.", From: Auth, Fields: []string{"fault", "section"}, Says: "does it wrong on purpose", Story: "The auth server does it wrong, as it was told to.", Plain: true},
	{Name: NoteUnanswered, Means: "The API could not ask what a token is worth.", From: API, Story: "The API cannot ask what the token is worth, and hands out nothing.", Says: "gets no answer", Plain: true, Fault: true, Trouble: true},
	{Name: NoteAgentTrusted, Means: "The calendar did what an agent asked, for whom the agent named.", From: API, Fields: []string{"subject"}, Says: "takes the agent's word", Story: "The calendar takes the agent's word for whom it acts.", Plain: true},
	{Name: NoteOutOfBounds, Means: "Something was refused that no switch lets pass.", From: Auth, Fields: []string{"redirect_uri"}, Trouble: true},

	{Name: NoteMail, Means: "Mallory mails a link, and Alice opens it.", From: Mallory, To: Browser, Fields: []string{"url"}, Story: "Mallory mails Alice a link, and she opens it.", Says: "mails a link"},
	{Name: NoteLeak, Means: "What Mallory needs came out, and where.", From: Proxy, To: Mallory, Fields: []string{"url", "code", "code_challenge", "code_verifier", "access_token", "refresh_token", "id_token", "token", "shared_secret", "kid", "resource"}, Story: "{text}, and Mallory reads it.", Says: "leaks the URL", Leak: true},
	{Name: NoteMoved, Means: "Somebody told a client that an API stands elsewhere now.", From: Mallory, To: Client, Fields: []string{"url"}, Story: "Mallory tells {client} that billing has moved.", Says: "says that billing has moved"},
	{Name: NoteStateRead, Means: "Mallory read what a signed state carries.", From: Mallory, Fields: []string{"code_verifier"}, Story: "Mallory reads the verifier out of the state."},
	{Name: NoteAttackBegins, Means: "An attack begins, which the lab plays.", From: Lab, Fields: []string{"attack", "title"}, Says: "{title}"},
	{Name: NoteAttackEnds, Means: "What came of an attack.", From: Lab, Fields: []string{"attack", "outcome", "by", "harm", "gained", "lost"}, Says: "attack {outcome}"},
	{Name: NoteBaitBegins, Means: "Mallory prepares a mail.", From: Lab, Fields: []string{"attack", "title"}, Says: "{title}"},
	{Name: NoteBaitEnds, Means: "The mail lies in front of Alice, or there is none.", From: Lab, Fields: []string{"attack"}, Silent: true},

	{Name: NoteLabCreated, Means: "The first event of every log.", From: Lab, Fields: []string{"chapter"}, Silent: true},
	{Name: NoteReset, Means: "The lab is back at the start of its chapter.", From: Lab, Silent: true},
	{Name: NoteCallRefused, Means: "A call to the lab's API was refused.", From: Lab, Fields: []string{"method", "path", "error", "hint"}, Trouble: true},
}

// Notes returns the names of all notes, in the order of the table.
func Notes() []string {
	names := make([]string, len(noteRows))
	for i, r := range noteRows {
		names[i] = r.Name
	}
	return names
}

// NoteRowOf returns what a note is; the zero value for a name that nobody knows.
func NoteRowOf(name string) NoteRow {
	if i := slices.IndexFunc(noteRows, func(r NoteRow) bool { return r.Name == name }); i >= 0 {
		return noteRows[i]
	}
	return NoteRow{}
}
