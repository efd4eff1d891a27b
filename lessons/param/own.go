package param

// What no flow carries stands here, so that the program in the browser does without it.

// Own returns the parameters of the lab's API.
func Own() []Row {
	return []Row{
		{Name: "chapter", Means: "Id of a chapter, such as v03."},
		{Name: "protections", Means: "By id of a protection: true switches all its parts on, false switches off those that refuse."},
		{Name: "guards", Means: "By id of a part: true, false, or a value of a habit."},
		{Name: "settings", Means: "By id of a setting: one of its values."},
		{Name: "refresh_token_timeout", Section: "[draft-ietf-oauth-refresh-token-expiration-02](https://datatracker.ietf.org/doc/draft-ietf-oauth-refresh-token-expiration/02/)", Means: "For how many seconds the refresh token is good if nobody uses it. A draft's, not an RFC's."},
		{Name: "authorization_expires_in", Section: "[draft-ietf-oauth-refresh-token-expiration-02](https://datatracker.ietf.org/doc/draft-ietf-oauth-refresh-token-expiration/02/)", Means: "After how many seconds no refresh helps any more. A draft's, not an RFC's."},
		{Name: "clock_offset_seconds", Means: "How far the lab's clock is ahead of the true one."},
		{Name: "says", Means: "What the error said, word for word; other words may stand around it. Of a login at an issuer with a fault: the client's own words."},
		{Name: "status", Means: "Number of the HTTP answer."},
		{Name: "guard", Means: "Id of a part: the one that refused, or whose code is shown."},
		{Name: "probe", Means: "Not empty: only ask whether the feed would open, without a websocket."},

		{Name: "id", Means: "Id of the lab. It is public, and stands in the issuer."},
		{Name: "key", Means: "The secret that opens the lab's API and its feed; told once."},
		{Name: "webapp", Means: "Address of the web app for this lab, from v04 on."},
		{Name: "agent", Means: "The agent's address for this lab, from v10 on."},
		{Name: "mallory", Means: "Address of Mallory's site for this lab."},
		{Name: "version", Means: "The version of the lab on which the chapter stands."},
		{Name: "outcome", Means: "What came of an attack: succeeded, stopped, cut-short or undecided. Of a login at an issuer with a fault: accepted or refused."},
		{Name: "by", Means: "Id of the guard that stopped the attack."},
		{Name: "harm", Means: "What was lost, in one sentence."},
		{Name: "gained", Means: "What Mallory holds after an attack, and what each is good for."},
		{Name: "lost", Means: "What Alice lost by it."},
		{Name: "events", Means: "The first and the last seq of the attack in the log."},
		{Name: "link", Means: "What Mallory wants Alice to open; empty where Mallory was refused before."},
		{Name: "source", Means: "The code of the guard itself, with its file and line."},
		{Name: "calls", Means: "The lines that call the guard, with their files and lines."},
		{Name: "address", Means: "Where the entry stands on the lab's pages."},
		{Name: "body", Means: "The entry as HTML, one element."},
		{Name: "page", Means: "Address that opens the lab in a browser. It holds the key, so it is told once, as that is."},
		{Name: "sheets", Means: "What is shown beside one another, each with its id, its title, and HTML of one element."},
		{Name: "client", Means: "Id of one of the learner's own clients; without it, the one that was registered last."},
		{Name: "as", Means: "\"json\" for the records themselves; without it, tables."},
		{Name: "clients", Means: "The learner's own clients in the lab, in the order in which they were registered."},
		{Name: "type", Section: "RFC 6749 §2.1", Means: "Kind of the client: public, which can keep no secret, or confidential, which proves itself with one."},
		{Name: "new_secret", Means: "true makes a new secret for a confidential client; the old one is good for nothing then."},
		{Name: "redirect_uris", Section: "RFC 6749 §3.1.2", Means: "Where the client's answers may go."},
		{Name: "withdraw", Means: "true: the old keys are published no more, as if they had leaked."},
		{Name: "header", Section: "RFC 7515 §4", Means: "The header of a JWT that Mallory writes, as a JSON object."},
		{Name: "claims", Section: "RFC 7519 §4", Means: "What such a JWT says, likewise."},
		{Name: "send", Means: "true: Mallory shows the token to the API."},
		{Name: "answer", Means: "The body of the API's answer."},
		{Name: "created", Means: "When the client was registered, on the lab's clock."},
		{Name: "zone", Means: "How many minutes the reader's clock is ahead of UTC."},
		{Name: "format", Means: "\"junit\" for XML that programs with test results read; without it, JSON."},
		{Name: "counts", Means: "How many faults of each finding there are."},
		{Name: "faults", Means: "What is found at each issuer with a fault."},
		{Name: "changes", Means: "What the server does wrong, as a sentence."},
		{Name: "bound", Means: "What a client is bound to do about it: it must, should or may refuse it, or has to accept it."},
		{Name: "only", Means: "Which clients that binds, where it is not all."},
		{Name: "logins", Means: "How many logins it takes to meet the fault; absent, one."},
		{Name: "finding", Means: "noticed, swallowed, allowed, right, too-strict, not-met, unclear or not-tried."},
		{Name: "how", Means: "By what that is known, as a sentence."},
		{Name: "steps", Means: "What the client asked for, in its latest login."},
		{Name: "after", Means: "The seq of the last event that the caller has; what follows is sent."},
	}
}

// FindOwn returns the row of a name that no flow carries.
func FindOwn(name string) (Row, bool) {
	for _, r := range Own() {
		if r.Name == name {
			return r, true
		}
	}
	return Row{}, false
}
