package event

// ChangeRow says what a change of a party's document is. The order of the table is that
// of a flow, then of the lab.
type ChangeRow struct {
	What   string
	Action string
	Means  string   // when it is told, in a sentence
	From   Party    // whose document it is
	Key    string   // the parameter under which the key travels; empty for a key that does not
	Fields []string // the fields that it may have
	Parts  bool     // each part that was switched is a field too, by its id
	Adds   bool     // there is one more of it
}

// changeRows are all of them.
var changeRows = []ChangeRow{
	{What: "authorization", Action: "kept", Adds: true, Means: "The server keeps an authorization request while its user signs in.", From: Auth, Key: "request", Fields: []string{"client_id", "error"}},
	{What: "session", Action: "stored", Adds: true, Means: "A user signed in.", From: Auth, Fields: []string{"subject"}},
	{What: "session", Action: "removed", Means: "A user's session has ended.", From: Auth, Fields: []string{"expires"}},
	{What: "code", Action: "stored", Adds: true, Means: "The server issued an authorization code.", From: Auth, Key: "code", Fields: []string{"client_id", "redirect_uri", "subject", "expires", "resource", "code_challenge", "code_challenge_method"}},
	{What: "code", Action: "spent", Means: "A code was redeemed.", From: Auth, Key: "code", Fields: []string{"spent"}},
	{What: "token", Action: "stored", Adds: true, Means: "The server issued an access token, and keeps its hash.", From: Auth, Key: "token_hash", Fields: []string{"client_id", "subject", "scope", "expires", "aud", "act"}},
	{What: "token", Action: "revoked", Means: "A token is good no more.", From: Auth, Key: "token_hash", Fields: []string{"revoked", "subject"}}, {What: "refresh", Action: "stored", Adds: true, Means: "The server issued a refresh token, and keeps its hash.", From: Auth, Key: "token_hash", Fields: []string{"client_id", "subject", "expires"}},
	{What: "refresh", Action: "used", Means: "A refresh token was used, for the first time.", From: Auth, Key: "token_hash", Fields: []string{"used"}},
	{What: "family", Action: "revoked", Means: "All tokens of a login are good no more. Its key is the hash of its first refresh token.", From: Auth, Key: "token_hash", Fields: []string{"revoked", "subject"}},

	{What: "key", Action: "stored", Adds: true, Means: "The server has a new key that signs. Its key is the key's id.", From: Auth, Key: "kid", Fields: []string{"alg"}},
	{What: "key", Action: "retired", Means: "A key signs no more. It stays published for a while.", From: Auth, Key: "kid", Fields: []string{"alg"}},
	{What: "key", Action: "withdrawn", Means: "A key is published no more: nobody is to take what it signed.", From: Auth, Key: "kid", Fields: []string{"alg"}},

	{What: "appointment", Action: "stored", Adds: true, Means: "The calendar keeps a new appointment of a user's.", From: API, Fields: []string{"owner", "text"}},
	{What: "entry", Action: "stored", Adds: true, Means: "The API keeps a new note of a user's.", From: API, Fields: []string{"owner", "text"}},

	{What: "protection", Action: "switched", Means: "Parts of a protection were switched. Its key is the protection's id.", From: Lab, Fields: []string{"on"}, Parts: true},
	{What: "client", Action: "registered", Means: "The learner registered a client. Its key is the client's id.", From: Lab, Fields: []string{"name", "type", "redirect_uris"}},
	{What: "client", Action: "changed", Means: "The learner changed a client of theirs, or has a new secret for it.", From: Lab, Fields: []string{"name", "type", "redirect_uris", "secret"}},
	{What: "client", Action: "removed", Means: "The learner took a client of theirs away.", From: Lab, Fields: []string{"name", "type", "redirect_uris"}},
	{What: "clock", Action: "moved", Means: "The lab's clock was moved.", From: Lab, Fields: []string{"offset"}},
	{What: "chapter", Action: "switched", Means: "The lab went on to another chapter.", From: Lab, Fields: []string{"chapter"}},
}

// Changes returns the rows of the changes with the name and action, either of which may
// be empty for any, in the order of the table.
func Changes(what, action string) []ChangeRow {
	var found []ChangeRow
	for _, r := range changeRows {
		if (what == "" || what == r.What) && (action == "" || action == r.Action) {
			found = append(found, r)
		}
	}
	return found
}
