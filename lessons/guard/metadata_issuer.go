package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// IDMetadataIssuer is its one part.
const IDMetadataIssuer ID = "metadata-issuer"

// metadataIssuer holds that metadata are those of who was asked.
func metadataIssuer() Protection {
	return Protection{
		ID: "metadata-issuer", Title: "Metadata issuer", By: event.Client, Chapter: "v07",
		Stops: "A server that says it is another one.",
		Parts: []Part{{
			ID: IDMetadataIssuer, Kind: Guard, By: event.Client, Title: "metadata issuer", Does: "the one that was asked", Section: "OpenID Connect Discovery §4.3", Hint: "issuer is what stands before /.well-known/openid-configuration, to the letter.",
		}},
	}
}

// MetadataIssuer refuses metadata that name another issuer than was
// asked for them (OpenID Connect Discovery §4.3, RFC 8414 §3.3).
// Without it, a server gets codes and secrets that are another's.
func MetadataIssuer(named, asked string) error {
	if named != asked {
		return errors.New("the metadata are of another issuer")
	}
	return nil
}
