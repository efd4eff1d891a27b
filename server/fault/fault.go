//go:build faults

package fault

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
)

// Variable names the point of the environment, and which time it is fatal, from 1 on:
// KILL_AT=document-saved:4.
const Variable = "KILL_AT"

// passed counts how often the fatal point was passed. It belongs to the process, as
// its environment does.
var passed atomic.Int64

// At tells that the process passes the point p. It does not return where that is fatal.
func At(p Point) {
	if fatal(p) {
		die()
	}
}

// Sent is At for a point behind the answer in w, which reaches its caller first.
func Sent(p Point, w http.ResponseWriter) {
	if fatal(p) {
		http.NewResponseController(w).Flush() //nolint:errcheck // the caller may have gone
		die()
	}
}

func fatal(p Point) bool {
	point, time, _ := strings.Cut(os.Getenv(Variable), ":")
	return point == string(p) && time == strconv.FormatInt(passed.Add(1), 10)
}

// die ends the process as a power cut would: nothing deferred runs, nothing is flushed.
func die() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic(err)
	}
	select {} // until the signal is here
}
