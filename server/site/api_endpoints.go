package site

import (
	"net/http"
	"slices"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
)

// Endpoints is the table of the lab's API, for whoever describes it.
func Endpoints() []endpoint.Row { return new(API).endpoints() }

// endpoints are what is read by everybody, and what takes the lab's key.
func (a *API) endpoints() []endpoint.Row {
	table := slices.Concat(a.catalogues(), a.calls(), a.clientCalls())
	for i := range table {
		table[i].Caller = endpoint.LabPage
	}
	return table
}

func (a *API) catalogues() []endpoint.Row {
	return []endpoint.Row{
		{
			Method: http.MethodGet, Path: "/api/attacks", Serve: endpoint.Plain(a.attacks),
			Does: "Lists the attacks.",
		},
		{
			Method: http.MethodGet, Path: "/api/chapters", Serve: endpoint.Plain(a.chapters),
			Does: "Lists the chapters with all that they say.",
		},
		{
			Method: http.MethodGet, Path: "/api/chapters/{chapter}/changes", Serve: endpoint.Plain(a.changes),
			Does: "Answers what the chapter changed since the version before, on the wire and in the code.",
		},
		{
			Method: http.MethodGet, Path: "/api/code/{guard}", Serve: endpoint.Plain(a.code), Answer: api.Code{},
			Does: "Answers with the source of a guard, and of the lines that call it, as they run.",
		},
		{
			Method: http.MethodGet, Path: "/api/glossary/{term}", Serve: endpoint.Plain(a.term), Answer: api.Entry{},
			Does: "Answers with one entry of the glossary, as HTML.",
		},
		{
			Method: http.MethodGet, Path: "/api/faults", Serve: endpoint.Plain(a.faults),
			Does: "Lists what the authorization server can be told to do wrong: {issuer}/fault/NAME is the same server with that one fault.",
		},
		{
			Method: http.MethodGet, Path: "/api/protections", Serve: endpoint.Plain(a.protections),
			Does: "Lists the protections and their parts.",
		},
		{
			Method: http.MethodGet, Path: "/api/troubleshooting", Serve: endpoint.Form(a.cure), Answer: api.Entry{},
			Does: "Finds the entry of an error, by its words, its guard or its code, and answers with its causes and cures, as HTML.",
		},
		{
			Method: http.MethodGet, Path: "/api/troubleshooting/{error}", Serve: endpoint.Plain(a.trouble), Answer: api.Entry{},
			Does: "Answers with one entry of the troubleshooting, as HTML.",
		},
	}
}

func (a *API) calls() []endpoint.Row {
	return []endpoint.Row{
		{
			Method: http.MethodPost, Path: "/api/labs", Serve: endpoint.JSON(a.create), Answer: api.Lab{},
			Does: "Makes a lab in a chapter. Answers with its addresses and, once, its key.",
		},
		{
			Method: http.MethodGet, Path: "/api/labs/{lab}", Keyed: true, Serve: endpoint.Plain(a.read), Answer: api.Lab{},
			Does: "Answers how the lab stands: its chapter, protections, clock and addresses.",
		},
		{
			Method: http.MethodPatch, Path: "/api/labs/{lab}", Keyed: true, Serve: endpoint.JSON(a.patch), Answer: api.Lab{},
			Does: "Changes the chapter, protections, single parts or the clock; what is absent stays as it is.",
		},
		{
			Method: http.MethodPost, Path: "/api/labs/{lab}/attacks/{attack}", Keyed: true, Serve: a.onAttack(a.attack), Answer: api.AttackResult{},
			Does: "Runs an attack in the lab as it stands, and answers what came of it.",
		},
		{
			Method: http.MethodPost, Path: "/api/labs/{lab}/attacks/{attack}/mail", Keyed: true, Serve: a.onAttack(a.mail), Answer: api.Mail{},
			Does: "Lets Mallory prepare an attack, and answers the link that she mails to Alice.",
		},
		{
			Method: http.MethodPost, Path: "/api/labs/{lab}/attacks/{attack}/mail/outcome", Keyed: true, Serve: a.onAttack(a.mailOutcome), Answer: api.AttackResult{},
			Does: "Tells what came of that mail, once, when the learner who opened it as Alice is at an end; \"undecided\" otherwise.",
		},
		{
			Method: http.MethodPost, Path: "/api/labs/{lab}/forgeries", Keyed: true, Feature: guard.JWKS, Serve: endpoint.JSON(a.forge), Answer: api.Forged{},
			Does: "Writes a JWT as Mallory can, with the header and the claims that are given, and shows it to the API if that is wanted.",
		},
		{
			Method: http.MethodGet, Path: "/api/labs/{lab}/events", Keyed: true, Serve: endpoint.Form(a.events),
			Does: "Answers with the log, one event a line.",
		},
		{
			Method: http.MethodGet, Path: "/api/labs/{lab}/feed", Keyed: true, Serve: endpoint.Form(a.follow), Section: "RFC 6455 §1.3",
			Does: "The same and then live, as a websocket, one event a message.",
		},
		{
			Method: http.MethodGet, Path: "/api/labs/{lab}/requests/{seq}/code", Keyed: true, Serve: endpoint.Plain(a.programs), Answer: api.Sheets{},
			Does: "Shows a request of the log as programs that send it again, as HTML: a language a sheet.",
		},
		{
			Method: http.MethodPost, Path: "/api/labs/{lab}/reset", Keyed: true, Serve: endpoint.Plain(a.reset), Answer: api.Lab{},
			Does: "Brings the lab back to the start of its chapter.",
		},
		{
			Method: http.MethodPost, Path: "/api/labs/{lab}/rotate-keys", Keyed: true, Feature: guard.JWKS, Serve: endpoint.JSON(a.rotateKeys), Section: "OpenID Connect Core §10.1.1",
			Does: "Has the authorization server sign with new keys. The old ones stay published for an hour, unless they are to be withdrawn.",
		},
		{
			Method: http.MethodPost, Path: "/api/labs/{lab}/sign-out", Keyed: true, Serve: endpoint.Plain(a.signOut),
			Does: "Ends the users' sessions at the authorization server.",
		},
		{
			Method: http.MethodGet, Path: "/api/labs/{lab}/state", Keyed: true, Serve: endpoint.Plain(a.state),
			Does: "Answers with the parties' documents: what each of them keeps.",
		},
		{
			Method: http.MethodGet, Path: "/api/labs/{lab}/state/tables", Keyed: true, Serve: endpoint.Form(a.stateTables), Answer: api.Sheets{},
			Does: "Shows the same for people, as HTML: a party a sheet, with who has seen each value, what changed last, and what Mallory holds.",
		},
	}
}
