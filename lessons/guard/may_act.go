package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDMayAct    ID = "may-act"
	IDActorSelf ID = "may-act.actor"
)

// mayAct holds that an actor is the one that the user's token names, and no other.
func mayAct() Protection {
	return Protection{
		ID: "may-act", Title: "Who may act", By: event.Auth, Chapter: "v10",
		Stops: "One agent acting where the user's client has named another.",
		Parts: []Part{
			{ID: IDMayAct, Kind: Guard, By: event.Auth, Title: "may_act", Does: "the actor that the subject token names", Code: "invalid_request", Hint: "The subject token names in may_act who may act with it, if anybody. Let that client exchange it.", Section: "RFC 8693 §4.4"},
			{ID: IDActorSelf, Kind: Guard, By: event.Auth, Title: "actor", Does: "the client itself", Code: "invalid_request", Hint: "Send an actor token of your own client, or none.", Section: "RFC 8693 §2.1"},
		},
	}
}

// MayAct refuses an actor that the subject token does not name (RFC
// 8693 §4.4). named is may_act; "" names nobody. Without it, each
// client that may exchange at all can act for each user whose token it
// gets hold of.
func MayAct(named, actor string) error {
	if named == "" {
		return errors.New("the subject token names no actor")
	}
	if named != actor {
		return errors.New("the subject token names another actor")
	}
	return nil
}

// ActorSelf refuses an actor token of somebody else than the client
// that brings it (RFC 8693 §2.1 leaves that to the server). Without
// it, a client writes another's name into the chain of who acted.
func ActorSelf(actor, client string) error {
	if actor != client {
		return errors.New("the actor token is another client's")
	}
	return nil
}
