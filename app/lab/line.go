package lab

import (
	"errors"
	"fmt"
	"time"

	"oauthlab/lessons/api"
	"oauthlab/lessons/prose"
)

// errBlocked is what a client's event comes to where no websocket gets through.
var errBlocked = errors.New("the lab answers, but its live feed does not get through: something between the lab and this browser refuses websockets, such as a proxy, a VPN or an extension")

// From when on a fault is told as one that stays.
const (
	stood      = 5 * time.Second  // a connection that lasted as long was well when it was opened
	steady     = 10 * time.Minute // one that lasted as long was not cut for being quiet
	blockedAt  = 3                // websockets in a row that did not open, while the API answered
	cutShortAt = 2                // connections in a row that were cut while they were quiet
)

// line is what one connection after the other says of the way to the server. What passes
// by itself is told from what does not.
type line struct {
	refused int           // websockets in a row that did not open, while the API answered
	cuts    int           // connections in a row that were cut while they were quiet
	after   time.Duration // for which the last of them was quiet
	no      string        // what the server says against a follower; "": nothing
}

// take takes a connection that ended, and what the API said afterwards.
func (l *line) take(c connection, asked error) {
	l.no = ""
	if no, said := errors.AsType[*api.Refusal](asked); said && no.Code != "" {
		l.no = no.Error()
	}
	switch {
	case asked != nil: // it is the server, or the whole network
		l.refused, l.cuts = 0, 0
	case !c.opened && c.timedOut:
		l.refused = blockedAt
	case !c.opened:
		l.refused++
	case c.farewell, c.lasted >= steady, c.quiet < stood:
		l.refused, l.cuts = 0, 0
	default:
		l.refused = 0
		l.cuts, l.after = l.cuts+1, c.quiet
	}
}

// isBlocked reports whether no websocket gets through, although the server can be reached.
func (l *line) isBlocked() bool { return l.no == "" && l.refused >= blockedAt }

// whileLive says what is likely wrong although a connection is open, or "".
func (l *line) whileLive() string {
	if l.cuts < cutShortAt {
		return ""
	}
	return prose.Sentence(fmt.Errorf("something between the lab and this browser cuts connections that are quiet, here after %d seconds; the page connects anew each time, and nothing is lost",
		int(l.after.Round(time.Second)/time.Second)).Error())
}

// why says what is likely wrong while none is, or "".
func (l *line) why() string {
	switch {
	case l.no != "":
		return l.no
	case l.isBlocked():
		return prose.Sentence(errBlocked.Error())
	}
	return l.whileLive()
}
