//go:build !faults

package fault

import "net/http"

// At tells that the process passes the point p.
func At(Point) {}

// Sent is At for a point behind the answer in w.
func Sent(Point, http.ResponseWriter) {}
