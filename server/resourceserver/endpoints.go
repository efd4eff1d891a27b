package resourceserver

import (
	"net/http"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
)

// Endpoints is the table of the API's endpoints, for whoever describes them.
func Endpoints() []endpoint.Row { return new(Server).endpoints() }

func (s *Server) endpoints() []endpoint.Row {
	return []endpoint.Row{
		{
			Method: http.MethodGet, Path: "/{lab}/api/me", Caller: endpoint.Client, Shared: true, Feature: guard.ProtectedAPI,
			Serve: endpoint.Plain(s.me), Answer: Person{}, Section: "RFC 6750 §2",
			Does: "Answers who the token's user is, for a token with the scope profile.",
		},
		{
			Method: http.MethodGet, Path: "/{lab}/protected", Caller: endpoint.Client, Shared: true, Feature: guard.ProtectedAPI,
			Serve: endpoint.Plain(s.protected), Answer: Protected{}, Section: "RFC 6750 §2",
			Does: "Answers with the user's photos and notes, for a token with the scope read.",
		},
		{
			Method: http.MethodPost, Path: "/{lab}/protected", Caller: endpoint.Client, Shared: true, Feature: guard.ProtectedAPI,
			Serve: endpoint.Plain(s.write).Or(NewNote{}), Answer: Note{}, Section: "RFC 6750 §2",
			Does: "Keeps a new note of the user's, for a token with the scope write.",
		},
		{
			Method: http.MethodGet, Path: "/{lab}/billing", Caller: endpoint.Client, Shared: true, Feature: guard.ResourceIndicators,
			Serve: endpoint.Plain(s.billing), Answer: Bills{}, Section: "RFC 8707 §2",
			Does: "Answers with the user's bills, for a token that is for billing and has the scope read.",
		},
		{
			Method: http.MethodGet, Path: "/{lab}/calendar", Caller: endpoint.Client, Shared: true, Feature: guard.ResourceIndicators,
			Serve: endpoint.Plain(s.calendar), Answer: Appointments{}, Section: "RFC 8707 §2",
			Does: "Answers with the user's appointments, for a token that is for the calendar and has the scope read.",
		},
		{
			Method: http.MethodPost, Path: "/{lab}/calendar", Caller: endpoint.Client, Shared: true, Feature: guard.ResourceIndicators,
			Serve: endpoint.Plain(s.appoint).Or(NewAppointment{}), Answer: Appointment{}, Section: "RFC 8707 §2",
			Does: "Keeps a new appointment of the user's, for a token that is for the calendar and has the scope write.",
		},
	}
}
