package doctor

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// leastRSA is how long the modulus of an RSA key is at least, in bits (RFC 7518 §3.3).
const leastRSA = 2048

// privateMembers are those of a key that only its owner may have (RFC 7518 §6.2.2, §6.3.2, §6.4.1;
// RFC 8037 §2).
var privateMembers = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"}

// checkKeys looks whether the server's keys can be read, and whether a client can use them.
func (e *examination) checkKeys(d document) {
	const section = said("RFC 7517 §5")
	address, ok := e.linked(d, "jwks_uri", stepJWKSURI, stepKeys)
	if !ok {
		return
	}
	a := e.attempt(form{}, address)
	says, _ := e.outcome(&a)
	switch {
	case !a.isAnswer():
		e.failed(stepJWKSURI, section, says, "Serve the keys at the address that the metadata name: without them nobody can check a signature.")
	case a.wrong != "":
		e.failed(stepJWKSURI, section, say("%s It %s.", says, a.wrong), "Serve the keys there as JSON, an object with the array keys.")
	case len(a.hops) > 0:
		e.warning(stepJWKSURI, section, say("%s Clients that follow no redirect have no keys.", says))
	default:
		e.passed(stepJWKSURI, section, says)
	}
	if !a.isDocument() {
		e.skipped(stepKeys, "", "There are none to look at.")
		return
	}
	e.checkKeySet(a.doc)
}

// checkKeySet looks at each key of a set.
func (e *examination) checkKeySet(d document) {
	var all []json.RawMessage
	if json.Unmarshal(d.members["keys"], &all) != nil || all == nil {
		e.failed(stepKeys, "RFC 7517 §5.1", "The set has no array keys.", `Write the set as {"keys": [...]}.`)
		return
	}
	if len(all) == 0 {
		e.failed(stepKeys, "RFC 7517 §5.1", "The set is empty: no signature of the server's can be checked.", "Publish the public half of each key that the server signs with.")
		return
	}
	well, good, names := true, 0, []string{}
	for i, raw := range all[:min(len(all), maxLinks)] {
		k := readKey(raw)
		is := say("Key %d", i+1)
		if k.name != "" {
			is = say("Key %d, %s,", i+1, k.name)
		}
		switch {
		case k.private != "":
			well = false
			e.failed(stepKeys, "RFC 7517 §9.2", say("%s has the member %s: whoever reads it signs as the server.", is, k.private), "Take the key out of use at once, and publish public halves alone.")
		case k.wrong != "":
			well = false
			e.warning(stepKeys, "RFC 7517 §4", say("%s cannot be read: %s. Clients pass it over, or refuse the set.", is, k.wrong))
		case k.bits > 0 && k.bits < leastRSA:
			well = false
			e.failed(stepKeys, "RFC 7518 §3.3", say("%s has %d bits; RSA takes %d at least.", is, k.bits, leastRSA), "Make a longer key.")
		case k.name == "" && len(all) > 1:
			well = false
			e.warning(stepKeys, "RFC 7517 §4.5", say("%s has no kid, by which clients find it among the others.", is))
		case slices.Contains(names, k.name):
			well = false
			e.warning(stepKeys, "RFC 7517 §4.5", say("%s has the kid of another.", is))
		}
		if k.private == "" && k.wrong == "" && k.signs {
			good++
		}
		names = append(names, k.name)
	}
	if len(all) > maxLinks {
		e.note(stepKeys, "", say("The set has %d keys; the first %d were looked at.", len(all), maxLinks))
	}
	switch {
	case good == 0:
		e.failed(stepKeys, "RFC 7517 §4.2", "No key is one with which a signature could be checked.", "Publish the public half of each key that the server signs with.")
	case well && good == 1:
		e.passed(stepKeys, "RFC 7517 §4", "1 key checks signatures, with its public half alone.")
	case well:
		e.passed(stepKeys, "RFC 7517 §4", say("%d keys check signatures, with their public halves alone.", good))
	}
}

// key is what is looked at of one.
type key struct {
	name    string // kid
	private string // the first member that is not for the public
	bits    int    // of RSA; else 0
	signs   bool   // it is for signatures, as far as it says
	wrong   said   // why it cannot be read
}

// readKey reads one key of a set.
func readKey(raw json.RawMessage) (k key) {
	members := document{}
	if json.Unmarshal(raw, &members.members) != nil {
		return key{wrong: say("it is %s", kindOf(raw))}
	}
	k.name = members.text("kid")
	k.signs = members.text("use") != "enc"
	for _, name := range privateMembers {
		if members.has(name) {
			k.private = name
			return k
		}
	}
	var read jose.JSONWebKey
	if err := read.UnmarshalJSON(raw); err != nil {
		k.wrong = shown(err.Error())
		return k
	}
	switch public := read.Key.(type) {
	case *rsa.PublicKey:
		k.bits = public.N.BitLen()
	case *ecdsa.PublicKey, ed25519.PublicKey:
	default:
		k.signs = false
	}
	return k
}
