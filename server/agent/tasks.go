package agent

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"oauthlab/app/client"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/endpoint"
	"oauthlab/server/fault"
	"oauthlab/server/lab"
)

// taskWait bounds a whole task: who asks waits for a minute at most, and must hear what was done.
const taskWait = 40 * time.Second

// maxFor bounds the name of a user in a task, in bytes.
const maxFor = 64

// task does what it is told. The agent cannot tell whether the token is good: the APIs do. What an API answers is what it tells: a
// refusal is no error of the agent's.
func (s *Server) task(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	subject, e := bearerOf(r)
	if e != nil {
		return e
	}
	asked, e := readTask(r, t)
	if e != nil {
		return e
	}
	if err := t.Frame.Tell(r.Context()); err != nil { // what the agent asks stands behind it in the log
		return err
	}
	ctx, done := context.WithTimeout(r.Context(), taskWait)
	defer done()
	do := doing{Server: s, t: t, oauth: s.oauth(t), subject: subject, Task: asked}
	report, err := do.run(ctx)
	if err != nil {
		return err
	}
	do.done.Time, do.done.Task, do.done.Way, do.done.Said = t.Now(), asked.Task, asked.Way, report.Did
	_, err = lab.Update(r.Context(), t, s.docs(), func(state *State, _ *lab.Handling) (struct{}, error) {
		state.Done = lab.Keep(state.Done, do.done, maxDone)
		return struct{}{}, nil
	})
	if err != nil {
		return err
	}
	endpoint.WriteJSON(w, http.StatusOK, report)
	return nil
}

// bearerOf returns the token of a request (RFC 6750 §2.1).
func bearerOf(r *http.Request) (string, *endpoint.Error) {
	headers := r.Header.Values("Authorization")
	if len(headers) == 1 {
		scheme, token, _ := strings.Cut(headers[0], " ")
		if token = strings.TrimLeft(token, " "); strings.EqualFold(scheme, "Bearer") && token != "" && len(token) <= endpoint.MaxParameter {
			return token, nil
		}
	}
	return "", endpoint.Refuse(http.StatusUnauthorized, "unauthorized", "The request brings no access token.", "Send the user's token for billing in the header: Authorization: Bearer, a blank, and the token (RFC 6750 §2.1).").
		With("WWW-Authenticate", `Bearer realm="OAuth Lab agent"`)
}

// readTask reads a task, with the way that the lab is set to where it names none.
func readTask(r *http.Request, t *lab.Handling) (client.Task, *endpoint.Error) {
	var asked client.Task
	if err := endpoint.DecodeJSON(r.Body, &asked); err != nil {
		return asked, endpoint.Invalid("The body is no JSON object with a task.", "Send an object with the member task, and way or for if need be (RFC 8259 §4).").Because(err)
	}
	if asked.Way == "" {
		asked.Way = t.Settings.Rules().Value(guard.IDAgentWay)
	}
	part, _ := guard.FindPart(guard.IDAgentWay)
	switch {
	case !slices.Contains([]string{client.TaskBill, client.TaskAgenda, client.TaskCompare}, asked.Task):
		return asked, endpoint.Invalid("The agent knows no such task.", "Its tasks are "+client.TaskBill+", "+client.TaskAgenda+" and "+client.TaskCompare+".")
	case !slices.Contains(part.Values, asked.Way):
		return asked, endpoint.Invalid("The agent knows no such way.", "Its ways are "+prose.List(part.Values)+".")
	case len(asked.For) > maxFor || strings.ContainsFunc(asked.For, func(r rune) bool { return r < '!' || r > '~' }):
		return asked, endpoint.Invalid("The task names nobody.", "Leave for out, or send the name of a user, of at most 64 signs without blanks.")
	}
	return asked, nil
}

// doing is a task that is being done.
type doing struct {
	*Server
	client.Task
	t       *lab.Handling
	oauth   *client.Client
	subject string // the user's token
	done    Done
}

func (d *doing) run(ctx context.Context) (client.Report, error) {
	switch d.Task.Task {
	case client.TaskAgenda:
		return d.agenda(ctx)
	case client.TaskCompare:
		return d.compare(ctx)
	}
	return d.nextBill(ctx)
}

// nextBill puts the next bill of the user's into her calendar.
func (d *doing) nextBill(ctx context.Context) (client.Report, error) {
	answer, status, err := d.ask(ctx, d.subject, http.MethodGet, lab.Billing, "")
	d.done.Billing = status
	if err != nil || status != http.StatusOK {
		return d.report("Billing did not let the agent in: " + answered(status) + "."), err
	}
	var bills struct {
		Owner string
		Bills []struct{ Title, Amount, Due string }
	}
	if json.Unmarshal([]byte(answer), &bills) != nil || len(bills.Bills) == 0 {
		return d.report("There is no bill to pay."), nil
	}
	d.done.Owner = bills.Owner
	next := bills.Bills[0]
	for _, b := range bills.Bills {
		if b.Due < next.Due { // days of one form
			next = b
		}
	}
	token, refusal, err := d.token(ctx)
	if err != nil || refusal != "" {
		return d.report(prose.FullStop("The auth server gave the agent no token for the calendar: " + refusal)), err
	}
	body, err := json.Marshal(map[string]string{"day": next.Due, "title": "Pay: " + next.Title + ", " + next.Amount})
	if err != nil {
		return client.Report{}, err
	}
	answer, d.done.Calendar, err = d.ask(ctx, token, http.MethodPost, lab.Calendar, string(body))
	if err != nil || d.done.Calendar != http.StatusCreated {
		return d.report("The calendar did not let the agent in: " + answered(d.done.Calendar) + "."), err
	}
	var written struct{ Owner string }
	json.Unmarshal([]byte(answer), &written) //nolint:errcheck // then it does not say whose
	d.done.Owner = written.Owner
	return d.report("“" + next.Title + "” stands in " + d.calendarOf(written.Owner) + ", on " + next.Due + "."), nil
}

// agenda reads a calendar out.
func (d *doing) agenda(ctx context.Context) (client.Report, error) {
	token, refusal, err := d.token(ctx)
	if err != nil || refusal != "" {
		return d.report(prose.FullStop("The auth server gave the agent no token for the calendar: " + refusal)), err
	}
	answer, status, err := d.ask(ctx, token, http.MethodGet, lab.Calendar, "")
	d.done.Calendar = status
	if err != nil || status != http.StatusOK {
		return d.report("The calendar did not let the agent in: " + answered(status) + "."), err
	}
	var calendar struct {
		Owner        string
		Appointments []struct{ Day, Title string }
	}
	json.Unmarshal([]byte(answer), &calendar) //nolint:errcheck // then there is nothing to read out
	d.done.Owner = calendar.Owner
	report := d.report(prose.Capital(d.calendarOf(calendar.Owner)) + " has " + prose.Count(len(calendar.Appointments), "appointment") + ".")
	report.Owner = calendar.Owner
	for _, a := range calendar.Appointments {
		report.Appointments = append(report.Appointments, a.Day+": "+a.Title)
	}
	return report, nil
}

// compare shows the user's token and the agent's own to both APIs. It has no other use.
func (d *doing) compare(ctx context.Context) (client.Report, error) {
	token, refusal, err := d.token(ctx)
	if err != nil || refusal != "" {
		return d.report(prose.FullStop("The auth server gave the agent no token for the calendar: " + refusal)), err
	}
	for _, one := range []string{d.subject, token} {
		for _, at := range []lab.Resource{lab.Billing, lab.Calendar} {
			_, status, err := d.ask(ctx, one, http.MethodGet, at, "")
			switch {
			case err != nil:
				return client.Report{}, err
			case one == d.subject && at == lab.Billing:
				d.done.Billing = status
			case one == token && at == lab.Calendar:
				d.done.Calendar = status
			}
		}
	}
	return d.report("The agent has shown both tokens to both APIs."), nil
}

// calendarOf is how a calendar is called by whose it is.
func (d *doing) calendarOf(owner string) string {
	if owner == d.ClientID {
		return "the agent's own calendar"
	}
	return prose.Capital(owner) + "'s calendar"
}

func (d *doing) report(did string) client.Report { return client.Report{Did: did, Way: d.Way} }

// token is the one with which the agent asks the calendar; else why the authorization server gave
// it none.
func (d *doing) token(ctx context.Context) (token, refusal string, err error) {
	token, err = d.oauth.TokenFor(ctx, d.subject, client.Calendar, d.Way)
	if no, said := errors.AsType[*client.TokenError](err); said {
		return "", no.Error(), nil
	}
	if d.Way == guard.Exchanges {
		fault.At(fault.AgentExchanged)
	}
	return token, "", err
}

// ask asks an API with a token, and returns its answer, whatever that is. Where the agent acts as
// itself, it says for whom.
func (d *doing) ask(ctx context.Context, token, method string, api lab.Resource, body string) (answer string, status int, err error) {
	at := d.t.Resource(api)
	if whose := d.whose(); d.Way == guard.AsItself && api == lab.Calendar && whose != "" {
		at += "?for=" + url.QueryEscape(whose)
	}
	answer, err = d.oauth.Act(ctx, token, method, at, body)
	no, said := errors.AsType[*client.APIError](err)
	switch {
	case said:
		return "", no.Status, nil
	case err != nil:
		return "", 0, err
	case method == http.MethodPost:
		return answer, http.StatusCreated, nil
	}
	return answer, http.StatusOK, nil
}

// whose is for whom the agent acts, as far as it was told.
func (d *doing) whose() string {
	if d.For != "" {
		return d.For
	}
	return d.done.Owner
}

func answered(status int) string { return "it answered " + strconv.Itoa(status) }
