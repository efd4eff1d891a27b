package webapp

import (
	"net/http"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
)

// Endpoints is the table of the web app's pages, for whoever describes them.
func Endpoints() []endpoint.Row { return new(Server).endpoints() }

func (s *Server) endpoints() []endpoint.Row {
	return []endpoint.Row{
		{
			Method: http.MethodGet, Path: "/{lab}/{$}", Caller: endpoint.Navigation, Feature: guard.ConfidentialClients, Serve: endpoint.Plain(s.home),
			Does: "Shows who is signed in to the web app, and what the API keeps for them.",
		},
		{
			Method: http.MethodGet, Path: "/{lab}/start", Caller: endpoint.Navigation, Feature: guard.ConfidentialClients, Serve: asking(s.start),
			Does: "Sends the browser to the authorization server.",
		},
		{
			Method: http.MethodGet, Path: "/{lab}/callback", Caller: endpoint.Navigation, Feature: guard.ConfidentialClients, Serve: asking(s.callback), Section: "RFC 6749 §3.1.2",
			Does: "Takes the answer of the authorization server, and redeems the code with the web app's secret.",
		},
		{
			Method: http.MethodPost, Path: "/{lab}/again", Caller: endpoint.Navigation, Feature: guard.ConfidentialClients, Serve: asking(s.inTurn(s.again)),
			Does: "Asks the API once more what it keeps for the user, with a new token where the old one is refused.",
		},
		{
			Method: http.MethodPost, Path: "/{lab}/logout", Caller: endpoint.Navigation, Feature: guard.ConfidentialClients, Serve: asking(s.logout),
			Does: "Ends the session at the web app, and forgets its tokens.",
		},
	}
}
