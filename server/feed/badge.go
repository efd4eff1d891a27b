package feed

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
)

// badgeHeader carries a badge. It is taken off before a message is recorded.
const badgeHeader = "Oauthlab-Party"

// Badges lets the lab's own callers, the robot and Mallory, say who they are.
// Nobody else can: a badge is a MAC under a secret that the parties share.
type Badges struct{ Secret []byte }

// Pin marks r as sent by party in the lab.
func (b Badges) Pin(r *http.Request, lab uuid.UUID, party event.Party) {
	r.Header.Set(badgeHeader, string(party)+"."+b.mac(lab, party))
}

// take removes the badge from r and returns whom it names, or "".
func (b Badges) take(r *http.Request, lab uuid.UUID) event.Party {
	value := r.Header.Get(badgeHeader)
	r.Header.Del(badgeHeader)
	name, mac, _ := strings.Cut(value, ".")
	if !hmac.Equal([]byte(mac), []byte(b.mac(lab, event.Party(name)))) {
		return ""
	}
	return event.Party(name)
}

func (b Badges) mac(lab uuid.UUID, party event.Party) string {
	h := hmac.New(sha256.New, b.Secret)
	h.Write(lab[:])
	h.Write([]byte(party))
	return hex.EncodeToString(h.Sum(nil))
}
