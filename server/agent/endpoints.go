package agent

import (
	"net/http"

	"oauthlab/app/client"
	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
)

// Endpoints is the table of the agent's endpoints, for whoever describes them.
func Endpoints() []endpoint.Row { return new(Server).endpoints() }

func (s *Server) endpoints() []endpoint.Row {
	return []endpoint.Row{
		{
			Method: http.MethodGet, Path: "/{lab}/done", Caller: endpoint.Navigation, Feature: guard.Agents, Serve: endpoint.Plain(s.home),
			Does: "Shows what the agent did, and in which way.",
		},
		{
			Method: http.MethodPost, Path: "/{lab}/tasks", Caller: endpoint.Client, Shared: true, Feature: guard.Agents,
			Serve: endpoint.Plain(s.task).Or(client.Task{}), Answer: client.Report{}, Section: "RFC 8693 §1.1",
			Does: "Takes a task and a token of the user's for billing, and does the task for her.",
		},
	}
}
