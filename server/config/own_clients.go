package config

import (
	"errors"
	"strings"

	"oauthlab/server/lab"
)

// OwnClients is where learners' own clients may have their redirect URIs: a list of
// origins, or none at all.
type OwnClients lab.OwnRedirects

// none forbids learners' own clients.
const none = "none"

// UnmarshalText reads the flag.
func (o *OwnClients) UnmarshalText(text []byte) error {
	*o = OwnClients{}
	for origin := range strings.SplitSeq(string(text), ",") {
		switch origin = strings.TrimSpace(origin); {
		case origin == "":
		case origin == none:
			o.Never = true
		default:
			if err := lab.CheckOrigin("it", origin); err != nil {
				return err
			}
			o.Origins = append(o.Origins, origin)
		}
	}
	if o.Never && len(o.Origins) > 0 {
		return errors.New("it takes origins or none, not both")
	}
	return nil
}

// String writes the flag.
func (o OwnClients) String() string {
	if o.Never {
		return none
	}
	return strings.Join(o.Origins, ",")
}
