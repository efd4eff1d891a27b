package doctor

import (
	"net/http"
	"strings"
)

// checkCORS looks what a page of any origin may read. The endpoints that pages call may be shared
// with all of them, and the authorization endpoint must not (RFC 9700 §2.6).
func (e *examination) checkCORS(metadata string, d document) {
	const section = said("RFC 9700 §2.6")
	var open, closed, withCookies []said
	look := func(what said, method, address string) {
		switch a := e.asPage(method, address); {
		case a.status == 0: // whatever that step is, it has said so
		case a.withCookies():
			withCookies = append(withCookies, what)
			open = append(open, what)
		case a.isShared(method):
			open = append(open, what)
		default:
			closed = append(closed, what)
		}
	}
	look("metadata", http.MethodGet, metadata)
	if address, ok := e.linked(d, "jwks_uri"); ok {
		look("keys", http.MethodGet, address)
	}
	if address, ok := e.linked(d, "token_endpoint"); ok {
		look("token endpoint", http.MethodOptions, address)
	}
	if len(withCookies) > 0 {
		e.warning(stepCORS, section, say("Any page may read with the user's cookies: %s. The answers repeat its Origin, and allow credentials.", listed(withCookies)))
	}
	switch {
	case len(open)+len(closed) == 0:
		e.skipped(stepCORS, "", "Nothing answers that a page could read.")
	case len(closed) == 0:
		e.passed(stepCORS, section, say("Pages of any origin may read: %s.", listed(open)))
	case len(open) == 0:
		e.note(stepCORS, section, say("A page of another origin may read none of these: %s. A client in a browser needs them.", listed(closed)))
	default:
		e.warning(stepCORS, section, say("A page of another origin may read: %s; and not: %s. A client in a browser needs both.", listed(open), listed(closed)))
	}
	if address, ok := e.linked(d, "authorization_endpoint"); ok {
		if a := e.asPage(http.MethodOptions, address); a.header.Get("Access-Control-Allow-Origin") != "" {
			e.failed(stepCORS, section, "The authorization endpoint allows pages of other origins to read it.", "Take CORS away from it: browsers are sent there, and nothing fetches it.")
		}
	}
}

// shared is what an answer allows a page.
type shared struct{ answer }

// asPage asks as a browser does for a page of another origin: as it is, or beforehand whether a
// POST may be sent. What fails is as good as not shared.
func (e *examination) asPage(method, address string) shared {
	headers := []string{"Origin", pageOrigin}
	if method == http.MethodOptions {
		headers = append(headers, "Access-Control-Request-Method", http.MethodPost, "Access-Control-Request-Headers", "content-type")
	}
	a, _ := e.fetcher.do(e.ctx, method, address, "", headers...)
	return shared{a}
}

// isShared reports whether a page of any origin may read the answer, whatever it is, or, of an
// OPTIONS request, may send what it asked for (Fetch, CORS-preflight fetch).
func (s shared) isShared(method string) bool {
	origin := s.header.Get("Access-Control-Allow-Origin")
	return (origin == "*" || origin == pageOrigin) && (method != http.MethodOptions || s.status/100 == 2)
}

func (s shared) withCookies() bool {
	return s.header.Get("Access-Control-Allow-Origin") == pageOrigin && s.header.Get("Access-Control-Allow-Credentials") == "true"
}

// checkResourceCORS looks whether a client in a page learns what it needs.
func (e *examination) checkResourceCORS(t target, best *attempt) {
	const section = said("Fetch, CORS protocol")
	at := e.asPage(http.MethodGet, t.id)
	exposed := strings.Join(at.header.Values("Access-Control-Expose-Headers"), ",")
	switch origin := at.header.Get("Access-Control-Allow-Origin"); {
	case !e.asPage(http.MethodGet, best.address).isShared(http.MethodGet):
		e.note(stepCORS, section, "A page of another origin may not read the metadata. A client in a browser needs them.")
	case origin != "*" && origin != pageOrigin:
		e.note(stepCORS, section, "Pages of any origin may read the metadata, and not what the resource answers.")
	case !hasDirective(exposed, "WWW-Authenticate") && !hasDirective(exposed, "*"):
		e.note(stepCORS, section, "Pages of any origin may read the metadata, and not WWW-Authenticate: Access-Control-Expose-Headers does not name it.")
	default:
		e.passed(stepCORS, section, "Pages of any origin may read the metadata and the challenge.")
	}
}
