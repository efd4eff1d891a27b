package resourceserver

import (
	"net/http"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// door is where a request comes in: to which API it leads, what a token needs there, and who
// looks whether it is for that API at all.
type door struct {
	to    lab.Resource
	needs string // scope
	gate  func(t *lab.Handling, is Token) *endpoint.Error
}

// gateOfPhotos lets tokens in that are for the lab's first API (RFC 9068 §4).
func gateOfPhotos(t *lab.Handling, is Token) *endpoint.Error {
	own := t.Resource(lab.Photos)
	aud, e := addressed(t, is, own)
	if e != nil {
		return e
	}
	if err := t.Enforce(guard.IDAudience,
		guard.Audience(aud, own)); err != nil {
		return refused(err, http.StatusUnauthorized, "")
	}
	return nil
}

// gateOfMe is that of the oldest endpoint. When the API got compartments, each with a gate,
// nobody thought of this door: it lets in whatever the authorization server gave out.
func gateOfMe(t *lab.Handling, is Token) *endpoint.Error {
	if t.Settings.Rules().Offers(guard.ResourceIndicators) {
		return nil
	}
	return gateOfPhotos(t, is)
}

// gateOfBilling lets tokens in that are for billing.
func gateOfBilling(t *lab.Handling, is Token) *endpoint.Error {
	own := t.Resource(lab.Billing)
	aud, e := addressed(t, is, own)
	if e != nil {
		return e
	}
	if err := t.Enforce(guard.IDAudienceBilling,
		guard.AudienceBilling(aud, own)); err != nil {
		return refused(err, http.StatusUnauthorized, "")
	}
	return nil
}

// gateOfCalendar lets tokens in that are for the calendar.
func gateOfCalendar(t *lab.Handling, is Token) *endpoint.Error {
	own := t.Resource(lab.Calendar)
	aud, e := addressed(t, is, own)
	if e != nil {
		return e
	}
	if err := t.Enforce(guard.IDAudienceCalendar,
		guard.AudienceCalendar(aud, own)); err != nil {
		return refused(err, http.StatusUnauthorized, "")
	}
	return nil
}

// addressed returns whom a token is for, as the API at the address own reads it. Where it does
// not compare to the letter, a slash at the end is nothing to it.
func addressed(t *lab.Handling, is Token, own string) ([]string, *endpoint.Error) {
	if !t.Settings.Rules().Has(guard.IDAudienceExact) {
		return is.Audience, nil
	}
	if err := t.Enforce(guard.IDAudienceExact,
		guard.AudienceExact(is.Audience, own)); err != nil {
		return nil, refused(err, http.StatusUnauthorized, "")
	}
	return guard.WithoutSlashes(is.Audience), nil
}
