package doctor

import (
	"encoding/json"
	"slices"

	"oauthlab/lessons/guard"
)

// member is what a specification says of one member of a document.
type member struct {
	name     string
	kind     kind
	required said // the section that requires it; "" where it may be left out
}

// membersOfServer is the table of what is looked at in the metadata of an authorization server.
func membersOfServer(d document, openID bool) []member {
	const oauth, discovery = said("RFC 8414 §2"), said("OpenID Connect Discovery §3")
	when := func(is bool, section said) said {
		if !is {
			return ""
		}
		return section
	}
	codes, implicit := d.grants("authorization_code"), d.grants("implicit")
	tokens := !implicit || codes || len(d.list("grant_types_supported")) > 1
	return []member{
		{"issuer", aText, oauth},
		{"authorization_endpoint", aText, when(codes || implicit || openID, oauth)},
		{"token_endpoint", aText, when(tokens, oauth)},
		{"response_types_supported", aList, oauth},
		{"jwks_uri", aText, when(openID, discovery)},
		{"subject_types_supported", aList, when(openID, discovery)},
		{"id_token_signing_alg_values_supported", aList, when(openID, discovery)},

		{"scopes_supported", aList, ""},
		{"response_modes_supported", aList, ""},
		{"grant_types_supported", aList, ""},
		{"code_challenge_methods_supported", aList, ""},
		{"token_endpoint_auth_methods_supported", aList, ""},
		{"token_endpoint_auth_signing_alg_values_supported", aList, ""},
		{"introspection_endpoint_auth_methods_supported", aList, ""},
		{"revocation_endpoint_auth_methods_supported", aList, ""},
		{"claims_supported", aList, ""},
		{"prompt_values_supported", aList, ""},
		{"protected_resources", aList, ""},
		{"authorization_response_iss_parameter_supported", aFlag, ""},
		{"require_pushed_authorization_requests", aFlag, ""},
		{"client_id_metadata_document_supported", aFlag, ""},
		{"claims_parameter_supported", aFlag, ""},
		{"request_parameter_supported", aFlag, ""},
		{"request_uri_parameter_supported", aFlag, ""},

		{"userinfo_endpoint", aText, ""},
		{"registration_endpoint", aText, ""},
		{"revocation_endpoint", aText, ""},
		{"introspection_endpoint", aText, ""},
		{"device_authorization_endpoint", aText, ""},
		{"pushed_authorization_request_endpoint", aText, ""},
		{"end_session_endpoint", aText, ""},
	}
}

// grants reports whether the server has a grant type; where it does not say which it has, they
// are these two (RFC 8414 §2).
func (d document) grants(kind string) bool {
	if !d.has("grant_types_supported") {
		return kind == "authorization_code" || kind == "implicit"
	}
	return slices.Contains(d.list("grant_types_supported"), kind)
}

// checkMembers looks whether what is required is there, and what is there of the right type and
// not empty, which the section forbids.
func (e *examination) checkMembers(d document, table []member, section said) {
	missing := map[said][]string{}
	known, well := 0, true
	for _, m := range table {
		switch value := d.members[m.name]; {
		case !d.has(m.name):
			if m.required != "" {
				missing[m.required] = append(missing[m.required], m.name)
			}
			continue
		case !d.is(m.name, m.kind):
			well = false
			e.failed(stepMembers, section, say("%s is %s, and not %s.", m.name, kindSaid(value, m.kind), said(m.kind)), say("Write %s as %s, or leave it out.", m.name, said(m.kind)))
		case m.kind == aList && len(d.list(m.name)) == 0:
			well = false
			e.failed(stepMembers, section, say("%s is empty.", m.name), say("Leave %s out: what has no values must not be there.", m.name))
		case m.kind == aText && d.text(m.name) == "":
			well = false
			e.failed(stepMembers, section, say("%s is an empty text.", m.name), say("Leave %s out.", m.name))
		}
		known++
	}
	for _, m := range table {
		if names := missing[m.required]; m.required != "" && names != nil {
			well = false
			e.failed(stepMembers, m.required, say("%s %s missing.", list(names), isOrAre(len(names))), say("Add %s to the document.", list(names)))
			delete(missing, m.required)
		}
	}
	if algs := d.list("id_token_signing_alg_values_supported"); len(algs) > 0 && !slices.Contains(algs, guard.RS256) {
		well = false
		e.failed(stepMembers, "OpenID Connect Discovery §3", say("id_token_signing_alg_values_supported is %s, without RS256.", list(algs)), "Sign ID tokens with RS256 for clients that want that, and list it.")
	}
	if well {
		e.passed(stepMembers, section, say("What is required is there, and all %d known members have the right type.", known))
	}
}

// kindSaid names what a value is that should be of a kind.
func kindSaid(value json.RawMessage, want kind) said {
	if is := kindOf(value); want != aList || is != "an array" {
		return is
	}
	return "an array of other things"
}

func isOrAre(n int) said {
	if n == 1 {
		return "is"
	}
	return "are"
}

// membersOfResource is the table of what is looked at in the metadata of a resource.
func membersOfResource() []member {
	return []member{
		{"resource", aText, "RFC 9728 §2"},
		{"authorization_servers", aList, ""},
		{"jwks_uri", aText, ""},
		{"scopes_supported", aList, ""},
		{"bearer_methods_supported", aList, ""},
		{"resource_signing_alg_values_supported", aList, ""},
		{"resource_name", aText, ""},
		{"resource_documentation", aText, ""},
		{"authorization_details_types_supported", aList, ""},
		{"dpop_signing_alg_values_supported", aList, ""},
		{"dpop_bound_access_tokens_required", aFlag, ""},
		{"tls_client_certificate_bound_access_tokens", aFlag, ""},
	}
}
