package guard

import (
	"errors"
	"slices"

	"oauthlab/lessons/event"
)

// The parts, one a gate.
const (
	IDAudience         ID = "audience"
	IDAudienceBilling  ID = "audience.billing"
	IDAudienceCalendar ID = "audience.calendar"
	IDAudienceExact    ID = "audience.exact"
	IDAudienceUserInfo ID = "audience.userinfo"
)

// audience holds that a token is good at the API that it was given out for.
func audience() Protection {
	const (
		hint    = "Get a token for this API: whom a token is for stands in aud."
		section = "RFC 9068 §4"
	)
	return Protection{
		ID: "audience", Title: "Audience", By: event.API, Chapter: "v06",
		Stops: "Another API using here the tokens that it is sent.",
		Parts: []Part{
			{ID: IDAudience, Kind: Guard, By: event.API, Title: "token audience", Does: "given out for this API", Code: "invalid_token", Hint: hint, Section: section},
			{ID: IDAudienceBilling, Kind: Guard, By: event.API, Title: "audience of billing", Does: "given out for billing", Code: "invalid_token", Hint: hint, Section: section, Since: "v09"},
			{ID: IDAudienceCalendar, Kind: Guard, By: event.API, Title: "audience of the calendar", Does: "given out for the calendar", Code: "invalid_token", Hint: hint, Section: section, Since: "v09"},
			{ID: IDAudienceExact, Kind: Guard, By: event.API, Title: "audience to the letter", Does: "written as this API writes its address", Code: "invalid_token", Hint: "Name the API as it writes itself when you ask for the token.", Section: section, Since: "v09"},
			{ID: IDAudienceUserInfo, Kind: Strictness, By: event.Auth, Title: "audience of UserInfo", Does: "given out for the auth server itself", Code: "invalid_token", Hint: "Ask for openid: then the issuer is among those whom the token is for.", Section: section, Since: "v09"},
		},
	}
}

// Audience refuses a token that is for others (RFC 9068 §4, RFC 9700
// §4.10.2). Without it, each API that is sent Alice's token can be
// Alice at all the others.
func Audience(aud []string, api string) error {
	if !slices.Contains(aud, api) {
		return errors.New("this token is for another API")
	}
	return nil
}

// AudienceBilling is the gate of the API that keeps bills. Without it,
// whoever is sent a token at the calendar can open them.
func AudienceBilling(aud []string, billing string) error {
	if !slices.Contains(aud, billing) {
		return errors.New("this token is not for billing")
	}
	return nil
}

// AudienceCalendar is the gate of the calendar. A gate on one door
// keeps nobody out at another.
func AudienceCalendar(aud []string, calendar string) error {
	if !slices.Contains(aud, calendar) {
		return errors.New("this token is not for the calendar")
	}
	return nil
}

// AudienceUserInfo is the gate of UserInfo, which is an API too: it
// goes by the name of the issuer. Without it, each API that is sent a
// token can ask who its user is.
func AudienceUserInfo(aud []string, issuer string) error {
	if !slices.Contains(aud, issuer) {
		return errors.New("this token is not for UserInfo")
	}
	return nil
}

// AudienceExact refuses a token whose audience is this API but for a
// slash at the end: strings in aud are compared to the letter (RFC
// 7519 §2, StringOrURI). Without it, the API takes for its own what
// the server never gave out for it.
func AudienceExact(aud []string, api string) error {
	if !slices.Contains(aud, api) &&
		slices.Contains(WithoutSlashes(aud), api) {
		return errors.New("aud is written otherwise than this API")
	}
	return nil
}
