package guard

import (
	"slices"
	"sync"
)

// rows are the protections, in the order in which they are taught.
func rows() []Protection {
	return []Protection{
		registeredClient(),
		redirectURI(),
		signInFirst(),
		resume(),
		state(),
		pkce(),
		codeSingleUse(),
		codeExpiry(),
		codeBinding(),
		codeEntropy(),
		bearerRequired(),
		tokenKnown(),
		tokenExpiry(),
		scope(),
		noTokenInURL(),
		logRedaction(),
		clientSecret(),
		refreshRotation(),
		refreshBinding(),
		refreshLifetime(),
		refreshLock(),
		introspectionAuth(),
		jwtSignature(),
		jwtAlg(),
		issuer(),
		audience(),
		metadataIssuer(),
		responseIssuer(),
		idIssuer(),
		idAudience(),
		idAZP(),
		idSignature(),
		idExpiry(),
		idIssuedAt(),
		nonce(),
		atHash(),
		userInfoSubject(),
		accountKey(),
		tokenType(),
		serverFaults(),
		algAllowList(),
		kidRequired(),
		fixedJWKS(),
		jwksRefetch(),
		retiredKeys(),
		resourceRequired(),
		resourceAllowList(),
		resourceBinding(),
		introspectionAudience(),
		exchangeClientAuth(),
		exchangePolicy(),
		mayAct(),
		downscope(),
		agentWay(),
	}
}

// catalogue is the rows, and where to find what.
type catalogue struct {
	protections []Protection
	byID        map[string]int // index of a protection
	byPart      map[ID]place
	versions    []string
}

// place is where a part stands.
type place struct{ protection, part int }

// built makes the catalogue once: it is asked at each verdict.
var built = sync.OnceValue(func() *catalogue { return index(rows()) })

func index(rows []Protection) *catalogue {
	c := &catalogue{protections: rows, byID: map[string]int{}, byPart: map[ID]place{}}
	for i, p := range c.protections {
		c.byID[p.ID] = i
		for j, part := range p.Parts {
			c.byPart[part.ID] = place{i, j}
		}
		if !slices.Contains(c.versions, p.Chapter) {
			c.versions = append(c.versions, p.Chapter)
		}
	}
	slices.Sort(c.versions)
	return c
}

// Catalogue returns every protection, in the order in which they are taught. It is
// everybody's: read it only.
func Catalogue() []Protection { return built().protections }

// Versions returns the versions of the lab, in order: the chapters that bring a
// protection of the catalogue. It is everybody's: read it only.
func Versions() []string { return built().versions }

// Find returns the protection id of the catalogue.
func Find(id string) (Protection, bool) {
	c := built()
	i, ok := c.byID[id]
	if !ok {
		return Protection{}, false
	}
	return c.protections[i], true
}

// FindPart returns the part id of the catalogue.
func FindPart(id ID) (Part, bool) {
	c := built()
	at, ok := c.byPart[id]
	if !ok {
		return Part{}, false
	}
	return c.protections[at.protection].Parts[at.part], true
}

// ProtectionOf returns the protection that the part belongs to.
func ProtectionOf(id ID) (Protection, bool) {
	c := built()
	at, ok := c.byPart[id]
	if !ok {
		return Protection{}, false
	}
	return c.protections[at.protection], true
}
