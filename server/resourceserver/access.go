package resourceserver

import (
	"net/http"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// access is what a token must be good for at an endpoint: for which API, with which scope, and by
// which check of whom it is for.
type access struct {
	to            lab.Resource
	needs         string // scope
	checkAudience func(t *lab.Handling, is Token) *endpoint.Error
}

// audienceOfPhotos takes tokens that are for the lab's first API (RFC 9068 §4).
func audienceOfPhotos(t *lab.Handling, is Token) *endpoint.Error {
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

// audienceOfMe is that of the oldest endpoint. When billing and the calendar came, each with a check of
// its own, nobody thought of this one: it takes whatever the authorization server gave out.
func audienceOfMe(t *lab.Handling, is Token) *endpoint.Error {
	if t.Settings.Rules().Offers(guard.ResourceIndicators) {
		return nil
	}
	return audienceOfPhotos(t, is)
}

// audienceOfBilling takes tokens that are for billing.
func audienceOfBilling(t *lab.Handling, is Token) *endpoint.Error {
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

// audienceOfCalendar takes tokens that are for the calendar.
func audienceOfCalendar(t *lab.Handling, is Token) *endpoint.Error {
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
