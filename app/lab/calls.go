package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"oauthlab/app/client"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

// Refresh reads the lab from the server, and returns it.
func (s *Session) Refresh(ctx context.Context) (api.Lab, error) {
	return s.lookUp(ctx, "GET", "", nil)
}

// Patch changes what p names, and returns the lab as it stands then.
func (s *Session) Patch(ctx context.Context, p api.Patch) (api.Lab, error) {
	return s.lookUp(ctx, "PATCH", "", p)
}

// Reset brings the lab back to the start of its chapter.
func (s *Session) Reset(ctx context.Context) (api.Lab, error) {
	return s.lookUp(ctx, "POST", "/reset", nil)
}

// lookUp makes a call that answers with the lab.
func (s *Session) lookUp(ctx context.Context, method, rest string, in any) (api.Lab, error) {
	var l api.Lab
	if err := s.call(ctx, method, s.path(rest), in, &l); err != nil {
		return api.Lab{}, err
	}
	return s.set(l), nil
}

// SignOut ends the users' sessions at the authorization server.
func (s *Session) SignOut(ctx context.Context) error {
	return s.call(ctx, "POST", s.path("/sign-out"), nil, nil)
}

// RotateKeys has the authorization server sign with new keys. The old ones stay published for a
// while, unless they are withdrawn.
func (s *Session) RotateKeys(ctx context.Context, withdraw bool) error {
	return s.call(ctx, "POST", s.path("/rotate-keys"), map[string]bool{"withdraw": withdraw}, nil)
}

// Forge has Mallory write a token, and show it to the API where f says so.
func (s *Session) Forge(ctx context.Context, f api.Forgery) (forged api.Forged, err error) {
	err = s.call(ctx, "POST", s.path("/forgeries"), f, &forged)
	return forged, err
}

// StateSheets returns what the parties hold, drawn for people: as tables, or as JSON.
func (s *Session) StateSheets(ctx context.Context, json bool) ([]api.Sheet, error) {
	query := s.zone()
	if json {
		query += "&as=json"
	}
	return s.sheets(ctx, "/state/tables?"+query)
}

// ClientSheets returns how the learner's own client with the id is used, or the latest where
// that is empty.
func (s *Session) ClientSheets(ctx context.Context, id string) ([]api.Sheet, error) {
	return s.sheets(ctx, "/clients/sheets?"+s.zone()+"&client="+url.QueryEscape(id))
}

// Programs returns the request at a position of the log as programs that send it again.
func (s *Session) Programs(ctx context.Context, seq uint64) ([]api.Sheet, error) {
	return s.sheets(ctx, "/requests/"+strconv.FormatUint(seq, 10)+"/code")
}

// zone tells the server how far the browser's clock is ahead of UTC.
func (s *Session) zone() string {
	_, ahead := s.device.Now().Zone()
	return "zone=" + strconv.Itoa(ahead/60)
}

// sheets reads what the server drew.
func (s *Session) sheets(ctx context.Context, rest string) ([]api.Sheet, error) {
	var all api.Sheets
	err := s.call(ctx, "GET", s.path(rest), nil, &all)
	return all.Sheets, err
}

// ChangeClient registers a client of the learner's by POST, changes the one with the id by
// PATCH, or takes it away by DELETE; body is what the call takes. It returns the client as it
// stands then. What stands below a client is changed likewise: of is its path then, such as
// "own-1/bench", and what is returned is no client.
func (s *Session) ChangeClient(ctx context.Context, method, of string, body any) (c api.OwnClient, err error) {
	path := s.path("/clients")
	if of != "" {
		path += "/" + strings.ReplaceAll(url.PathEscape(of), "%2F", "/")
	}
	if method == "DELETE" {
		return c, s.call(ctx, method, path, nil, nil)
	}
	return c, s.call(ctx, method, path, body, &c)
}

// OwnClients returns how many clients of the learner's the lab has.
func (s *Session) OwnClients(ctx context.Context) (int, error) {
	var own api.OwnClients
	err := s.call(ctx, "GET", s.path("/clients"), nil, &own)
	return len(own.Clients), err
}

// Attacks returns the catalogue of attacks.
func (s *Session) Attacks(ctx context.Context) ([]api.Attack, error) {
	var attacks []api.Attack
	err := s.call(ctx, "GET", "/api/attacks", nil, &attacks)
	return attacks, err
}

// RunAttack runs an attack in the lab as it stands, and returns what came of it.
func (s *Session) RunAttack(ctx context.Context, id string) (api.AttackResult, error) {
	var result api.AttackResult
	err := s.call(ctx, "POST", s.path("/attacks/"+url.PathEscape(id)), nil, &result)
	return result, err
}

// Mail returns the mail that Mallory sends Alice in an attack.
func (s *Session) Mail(ctx context.Context, attack string) (api.Mail, error) {
	var mail api.Mail
	err := s.call(ctx, "POST", s.path("/attacks/"+url.PathEscape(attack)+"/mail"), nil, &mail)
	return mail, err
}

// MailOutcome returns what came of the mail, once Alice has opened it: api.Undecided
// while she is on her way.
func (s *Session) MailOutcome(ctx context.Context, attack string) (api.AttackResult, error) {
	var result api.AttackResult
	err := s.call(ctx, "POST", s.path("/attacks/"+url.PathEscape(attack)+"/mail/outcome"), nil, &result)
	return result, err
}

// Code returns the source of a guard and of the lines that call it.
func (s *Session) Code(ctx context.Context, guardID string) (api.Code, error) {
	var code api.Code
	err := s.call(ctx, "GET", "/api/code/"+url.PathEscape(guardID), nil, &code)
	return code, err
}

// LookUp reads an entry of one of the lab's books, by the address that a link has:
// "/glossary#pkce", or "/troubleshooting?says=…" for what an error said. It takes no
// lab and no key.
func LookUp(ctx context.Context, d Device, address string) (api.Entry, error) {
	s := &Session{device: d}
	var entry api.Entry
	err := s.call(ctx, "GET", "/api"+strings.Replace(address, "#", "/", 1), nil, &entry)
	return entry, err
}

// IsUnknown reports whether err says that the lab is not there, or not ours.
func IsUnknown(err error) bool {
	e, ok := errors.AsType[*api.Refusal](err)
	return ok && (e.Status == 404 || e.Status == 401)
}

// call makes one call of the lab's API: in, where it is not nil, is the JSON
// body, and the answer is read into out, where that is not nil.
func (s *Session) call(ctx context.Context, method, path string, in, out any) error {
	r := client.Request{Method: method, URL: s.device.Origin + path}
	r.Header = []event.Field{{Name: "Accept", Value: "application/json"}}
	if s.key != "" {
		r.Header = append(r.Header, event.Field{Name: "Authorization", Value: "Bearer " + s.key})
	}
	if in != nil {
		body, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		r.Header = append(r.Header, event.Field{Name: "Content-Type", Value: "application/json"})
		r.Body = string(body)
	}
	response, err := s.device.Fetch(ctx, r)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if response.Status < 200 || response.Status > 299 {
		return readError(response)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal([]byte(response.Body), out); err != nil {
		return fmt.Errorf("%s %s: read the answer: %w", method, path, err)
	}
	return nil
}

// readError reads a no. Whatever stands between browser and lab may say no in
// another form, and then the status is all there is.
func readError(r client.Response) *api.Refusal {
	var refusal api.Refusal
	if json.Unmarshal([]byte(r.Body), &refusal) != nil || refusal.Description == "" {
		refusal.Description, refusal.Hint = unexplained(r.Status)
	}
	refusal.Status = r.Status
	return &refusal
}

// unexplained says what an answer comes to that says nothing of itself.
func unexplained(status int) (description, hint string) {
	switch status {
	case 429: // RFC 6585 §4
		return "Too much is asked at once (429).", "Wait a little, then try again."
	case 502, 503, 504: // RFC 9110 §15.6
		return fmt.Sprintf("What stands in front of the lab has no answer from it (%d).", status), "Try again in a moment."
	}
	return fmt.Sprintf("The lab answered %d.", status), ""
}
