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

// senderHeader carries a proof. It is taken off before a message is recorded.
const senderHeader = "Oauthlab-Party"

// InternalSenders lets the lab's own callers, the robot and Mallory, say who they are.
// Nobody else can: a proof is a MAC under a secret that the parties share.
type InternalSenders struct{ Secret []byte }

// Pin marks r as sent by party in the lab.
func (b InternalSenders) Pin(r *http.Request, lab uuid.UUID, party event.Party) {
	r.Header.Set(senderHeader, string(party)+"."+b.mac(lab, party))
}

// take removes the proof from r and returns whom it names, or "".
func (b InternalSenders) take(r *http.Request, lab uuid.UUID) event.Party {
	value := r.Header.Get(senderHeader)
	r.Header.Del(senderHeader)
	name, mac, _ := strings.Cut(value, ".")
	if !hmac.Equal([]byte(mac), []byte(b.mac(lab, event.Party(name)))) {
		return ""
	}
	return event.Party(name)
}

func (b InternalSenders) mac(lab uuid.UUID, party event.Party) string {
	h := hmac.New(sha256.New, b.Secret)
	h.Write(lab[:])
	h.Write([]byte(party))
	return hex.EncodeToString(h.Sum(nil))
}
