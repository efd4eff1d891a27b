package site

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"oauthlab/server/endpoint"
	"oauthlab/server/limit"
)

// Bounds are what the API lets one address ask. Nil bounds nothing but bodies.
type Bounds struct {
	Client  func(*http.Request) netip.Addr // who asks
	Calls   limit.RateLimiter[netip.Addr]
	Labs    *limit.Labs
	Now     func() time.Time
	Limited func(bound string) // is told of each request that was turned away
}

// paced turns away who calls too often.
func (a *API) paced(next http.Handler) http.Handler {
	if a.Bounds == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wait := a.Bounds.Calls.Wait(a.Bounds.Client(r), a.Bounds.Now())
		if wait == 0 {
			next.ServeHTTP(w, r)
			return
		}
		a.Bounds.Limited("api-rate")
		after(wait, endpoint.Refuse(http.StatusTooManyRequests, "too_many_calls",
			"Your address calls the lab's API too often.", fmt.Sprintf("Wait %d seconds, and call less often.", limit.Seconds(wait)))).Write(w)
	})
}

// admit returns nil where whoever sent r may make a lab now.
func (a *API) admit(r *http.Request) error {
	if a.Bounds == nil {
		return nil
	}
	err := a.Bounds.Labs.Admit(r.Context(), a.Bounds.Client(r), a.Bounds.Now())
	var over *limit.Exceeded
	if !errors.As(err, &over) {
		return err
	}
	a.Bounds.Limited("labs-" + string(over.Bound))
	seconds := limit.Seconds(over.Wait)
	switch over.Bound {
	case limit.TooFast:
		return after(over.Wait, endpoint.Refuse(http.StatusTooManyRequests, "too_many_labs", "Your address makes labs too fast.",
			fmt.Sprintf("Wait %d seconds, then start again. A whole class behind one address may have to take turns.", seconds)))
	case limit.TooMany:
		return after(over.Wait, endpoint.Refuse(http.StatusTooManyRequests, "too_many_labs",
			fmt.Sprintf("Your address has made %d labs, and may not make more.", over.Most),
			"Use one of them: a page goes on with the lab that it had. Old ones expire."))
	default:
		return after(over.Wait, endpoint.Refuse(http.StatusServiceUnavailable, "house_full", "There is no room for another lab at the moment.",
			fmt.Sprintf("Labs that nobody uses expire. Try again in %d minutes, or run the program on your own machine.", (seconds+59)/60)))
	}
}
