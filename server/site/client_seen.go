package site

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/lab"
)

// seenOf tells what the log has of a client of the learner's: its own requests, and those of
// the browser that it sent to sign in.
func seenOf(events []event.Event, c lab.OwnClient, rules guard.Rules, zone *time.Location) seenSheet {
	s := seenSheet{Name: c.Name}
	answers := map[string]event.Event{} // by the id of their request
	for _, e := range events {
		if e.Kind == event.KindResponse {
			answers[e.Re] = e
		}
	}
	var theirs []exchange
	flows := map[string]bool{} // that it began
	for _, e := range events {
		if e.Request == nil || e.Request.Method == "OPTIONS" {
			continue
		}
		sent, x := valuesOf(e), exchange{request: e, answer: answers[e.ID]}
		if sent["client_id"] == c.ID {
			flows[e.Flow] = e.Flow != ""
		}
		switch isTheirs := e.From == event.Party(c.Name) || sent["client_id"] == c.ID || flows[e.Flow]; {
		case isTheirs:
		case e.From == event.Outside && x.isRefused(): // it may be theirs: a first mistake names nobody
			x.unnamed = true
		default:
			continue
		}
		theirs = append(theirs, x)
		for _, says := range expects(sent, rules) {
			if !slices.Contains(s.Expects, says) {
				s.Expects = append(s.Expects, says)
			}
		}
	}
	s.Older = max(0, len(theirs)-maxSeen)
	for _, x := range slices.Backward(theirs[s.Older:]) {
		s.Rows = append(s.Rows, x.row(events, zone))
	}
	return s
}

// exchange is a request with its answer, which is the zero event where none is known.
type exchange struct {
	request, answer event.Event
	unnamed         bool // it names no client of the lab
}

// isRefused reports whether the answer says that something is wrong.
func (x exchange) isRefused() bool {
	return x.answer.Response != nil && (x.answer.Response.Status >= 400 || valuesOf(x.answer)["error"] != "")
}

// maxSaid bounds what a line says is wrong, in bytes.
const maxSaid = 300

// row tells it in a line.
func (x exchange) row(events []event.Event, zone *time.Location) seenRow {
	at := x.request.Time.In(zone)
	row := seenRow{At: at.Format(time.RFC3339), Time: at.Format(time.TimeOnly), Unnamed: x.unnamed, Refused: x.isRefused()}
	if m, found := timeline.Inspect(events, x.request.Seq); found {
		row.Text = m.Title
	}
	if m, found := timeline.Inspect(events, x.answer.Seq); found {
		row.Answer, row.Trouble = m.Title, m.Trouble
	}
	if row.Refused {
		if row.Says = valuesOf(x.answer)["error_description"]; row.Says == "" { // a page for people
			row.Says = saidOnPage(x.answer.Response.Body)
		}
		row.Says = prose.Clip(row.Says, maxSaid, "…")
	}
	return row
}

// saidOnPage reads what a page of an error says is wrong, and what to change: the
// paragraphs of the classes error and lead.
func saidOnPage(page string) string {
	var says []string
	told := false // the paragraph is one of those
	for tokens := html.NewTokenizer(strings.NewReader(page)); ; {
		switch tokens.Next() {
		case html.ErrorToken: // its end
			return strings.Join(says, " ")
		case html.StartTagToken:
			token := tokens.Token()
			told = token.Data == "p" && slices.ContainsFunc(token.Attr, func(a html.Attribute) bool {
				return a.Key == "class" && (a.Val == "error" || a.Val == "lead")
			})
		case html.EndTagToken:
			told = false
		case html.TextToken:
			if told {
				says = append(says, string(tokens.Text()))
			}
		}
	}
}

// valuesOf are the parameters of a message, by name.
func valuesOf(e event.Event) map[string]string {
	values := map[string]string{}
	for _, p := range timeline.ParamsOf(e) {
		values[p.Name] = p.Value
	}
	return values
}

// expects says what a request counts on that the chapter does not have.
func expects(sent map[string]string, rules guard.Rules) (says []string) {
	add := func(what string, f guard.Feature, until string) {
		if !rules.Offers(f) {
			says = append(says, what+" "+until+" It comes with "+f.Chapter()+".")
		}
	}
	scope := strings.Fields(sent["scope"])
	if slices.Contains(scope, "openid") {
		add("It asks for openid, and waits for an ID token (OpenID Connect Core §3.1.3.3):", guard.JWKS, "there is none here yet.")
	}
	if slices.Contains(scope, "offline_access") || sent["grant_type"] == "refresh_token" {
		add("It asks for a refresh token (RFC 6749 §6):", guard.RefreshTokens, "there is none here yet.")
	}
	for _, name := range []string{"nonce", "prompt", "max_age", "acr_values", "id_token_hint"} {
		if sent[name] != "" {
			add("It sends "+name+" (OpenID Connect Core §3.1.2.1):", guard.OpenIDConnect, "nobody reads that here yet.")
		}
	}
	if sent["code_challenge"] != "" {
		add("It sends a code_challenge (RFC 7636 §4.3):", guard.PKCEParameters, "nobody reads that here yet.")
	}
	return says
}
