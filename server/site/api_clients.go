package site

import (
	"errors"
	"net/http"
	"time"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
	"oauthlab/server/clientbench"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
	"oauthlab/server/store"
)

// clientCalls register, list, change and remove the learner's own clients.
func (a *API) clientCalls() []endpoint.Row {
	const list, one = "/api/labs/{lab}/clients", "/api/labs/{lab}/clients/{client}"
	return []endpoint.Row{
		{
			Method: http.MethodGet, Path: list, Keyed: true, Serve: endpoint.Plain(a.clients), Answer: api.OwnClients{},
			Does: "Lists the learner's own clients in the lab.",
		},
		{
			Method: http.MethodPost, Path: list, Keyed: true, Serve: endpoint.JSON(a.register), Answer: api.OwnClient{}, Section: "RFC 6749 §2",
			Does: "Registers a client of the learner's, with redirect URIs on loopback, and answers with its id and, where it is confidential, its secret.",
		},
		{
			Method: http.MethodGet, Path: list + "/sheets", Keyed: true, Serve: endpoint.Form(a.clientSheets), Answer: api.Sheets{},
			Does: "Shows for people, as HTML, how a client of one's own is registered, how it is pointed at the lab, and what it did.",
		},
		{
			Method: http.MethodGet, Path: one, Keyed: true, Serve: endpoint.Plain(a.client), Answer: api.OwnClient{},
			Does: "Answers with one of them.",
		},
		{
			Method: http.MethodPatch, Path: one, Keyed: true, Serve: endpoint.JSON(a.changeClient), Answer: api.OwnClient{},
			Does: "Changes its name or its redirect URIs, or makes a new secret; what is absent stays as it is.",
		},
		{
			Method: http.MethodGet, Path: one + "/bench", Keyed: true, Feature: guard.OpenIDConnect, Serve: endpoint.Form(a.bench), Answer: clientbench.BenchReport{},
			Does: "Reports which faults of the authorization server the client noticed; with format=junit as XML for programs that show test results.",
		},
		{
			Method: http.MethodDelete, Path: one + "/bench", Keyed: true, Feature: guard.OpenIDConnect, Serve: endpoint.Plain(a.clearBench),
			Does: "Forgets what the client did at the issuers with a fault.",
		},
		{
			Method: http.MethodPost, Path: one + "/bench/{fault}", Keyed: true, Feature: guard.OpenIDConnect, Serve: endpoint.JSON(a.sayOnBench), Answer: clientbench.BenchRow{},
			Does: "Says what became of the client's latest login at the issuer with that fault, which the requests do not always show.",
		},
		{
			Method: http.MethodDelete, Path: one, Keyed: true, Serve: endpoint.Plain(a.removeClient),
			Does: "Takes it away: its codes and tokens are good for nothing any more.",
		},
	}
}

func clientView(c lab.OwnClient) api.OwnClient {
	return api.OwnClient{ClientID: c.ID, Name: c.Name, Type: c.Type(), RedirectURIs: c.RedirectURIs, Created: c.Created.Format(time.RFC3339)}
}

func (a *API) clients(w http.ResponseWriter, _ *http.Request, t *lab.Handling) error {
	list := api.OwnClients{Clients: []api.OwnClient{}}
	for _, c := range t.Settings.OwnClients {
		list.Clients = append(list.Clients, clientView(c))
	}
	endpoint.WriteJSON(w, http.StatusOK, list)
	return nil
}

func (a *API) client(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	c, known := t.Settings.Own(r.PathValue("client"))
	if !known {
		return unknownClient()
	}
	endpoint.WriteJSON(w, http.StatusOK, clientView(c))
	return nil
}

func (a *API) register(w http.ResponseWriter, r *http.Request, t *lab.Handling, body api.NewClient) error {
	c, secret, err := a.Labs.Register(r.Context(), t.Lab, body.Name, body.Type, body.RedirectURIs)
	if err != nil {
		return registrationRefused(err)
	}
	w.Header().Set("Location", r.URL.Path+"/"+c.ID)
	answer := clientView(c)
	answer.ClientSecret = secret
	endpoint.WriteJSON(w, http.StatusCreated, answer)
	return nil
}

func (a *API) changeClient(w http.ResponseWriter, r *http.Request, t *lab.Handling, body api.ClientPatch) error {
	c, secret, err := a.Labs.ChangeOwn(r.Context(), t.Lab, r.PathValue("client"), lab.OwnPatch(body))
	if err != nil {
		return registrationRefused(err)
	}
	answer := clientView(c)
	answer.ClientSecret = secret
	endpoint.WriteJSON(w, http.StatusOK, answer)
	return nil
}

func (a *API) removeClient(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	if err := a.Labs.RemoveOwn(r.Context(), t.Lab, r.PathValue("client")); err != nil {
		return registrationRefused(err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// Codes of a registration that is refused (RFC 7591 §3.2.2).
const (
	codeBadRedirectURI = "invalid_redirect_uri"
	codeBadMetadata    = "invalid_client_metadata"
)

// registrationRefused says why a client cannot be registered, changed or removed.
func registrationRefused(err error) error {
	wrong, is := errors.AsType[*lab.RegistrationError](err)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return unknownClient()
	case !is:
		return err
	}
	code := codeBadMetadata
	if wrong.OfURI {
		code = codeBadRedirectURI
	}
	return endpoint.Refuse(http.StatusBadRequest, code, wrong.Description, wrong.Hint)
}

func unknownClient() error {
	return endpoint.Refuse(http.StatusNotFound, "unknown_client", "This lab has no client of its learner's under this id.", "GET /api/labs/{id}/clients lists those that there are.")
}
