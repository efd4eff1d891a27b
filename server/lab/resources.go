package lab

import (
	"slices"

	"oauthlab/lessons/guard"
)

// Resource is one of a lab's APIs: what a token is for (RFC 8707 §2). They stand on one origin,
// each with a gate of its own.
type Resource struct {
	Path   string // below the lab's address at the API; "" of the one that was there first
	Title  string
	Called string // in the middle of a sentence
	Client string // the id under which it asks the authorization server about tokens
}

// The resources.
var (
	Photos   = Resource{Path: "", Title: "Photos", Called: "photos", Client: ClientAPI}
	Billing  = Resource{Path: "/billing", Title: "Billing", Called: "billing", Client: "billing-api"}
	Calendar = Resource{Path: "/calendar", Title: "Calendar", Called: "the calendar", Client: "calendar-api"}
)

// Resources are those of the lab in its chapter, in the order in which they came.
func (l *Lab) Resources() []Resource {
	if !l.Settings.Rules().Offers(guard.ResourceIndicators) {
		return []Resource{Photos}
	}
	return []Resource{Photos, Billing, Calendar}
}

// ResourceAddresses are their addresses, in that order.
func (l *Lab) ResourceAddresses() []string {
	var all []string
	for _, r := range l.Resources() {
		all = append(all, l.Resource(r))
	}
	return all
}

// Resource is the address of one of them, by which tokens name it.
func (l *Lab) Resource(r Resource) string { return l.API() + r.Path }

// ResourceAt returns the one with the address, to the letter.
func (l *Lab) ResourceAt(address string) (Resource, bool) {
	all := l.Resources()
	if i := slices.IndexFunc(all, func(r Resource) bool { return l.Resource(r) == address }); i >= 0 {
		return all[i], true
	}
	return Resource{}, false
}
