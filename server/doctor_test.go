package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"oauthlab/server/authserver"
	"oauthlab/server/config"
	"oauthlab/server/doctor"
	"oauthlab/server/lab"
)

// examined is what the doctor says of an address: the steps that failed, and the warnings.
type examined struct{ failed, warned []string }

// examine has the doctor look at an address, as programs read it.
func examine(t *testing.T, url string, follow bool) (x examined) {
	t.Helper()
	var out bytes.Buffer
	err := doctor.Run(t.Context(), config.Doctor{URL: url, JSON: true, Follow: follow, Timeout: 30 * time.Second}, false, &out)
	var line struct{ Step, Verdict, Says, Summary string }
	for text := range bytes.Lines(out.Bytes()) {
		line.Step, line.Summary = "", ""
		if e := json.Unmarshal(text, &line); e != nil {
			t.Fatalf("%s: %v", text, e)
		}
		switch told := line.Step + ": " + line.Says; {
		case line.Step == "":
		case line.Verdict == "failed":
			x.failed = append(x.failed, told)
		case line.Verdict == "warning":
			x.warned = append(x.warned, told)
		}
	}
	if line.Summary == "" || errors.Is(err, doctor.ErrFailed) != (x.failed != nil) || err != nil && !errors.Is(err, doctor.ErrFailed) {
		t.Errorf("%s: %v, and the last line is %+v", url, err, line)
	}
	return x
}

// labIn is a new lab in a chapter.
func (h *house) labIn(t *testing.T, chapter string) *lab.Lab {
	t.Helper()
	l, err := h.prover().LabWith(t.Context(), chapter, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// The lab's own servers are what the doctor asks for, as far as their chapter goes. What a chapter
// does not have yet is told.
func TestTheDoctorExaminesTheLab(t *testing.T) {
	h := openHouse(t)
	noISS := "iss: Nothing says that authorization responses name the issuer. Clients of several servers need another defence against mix-up."
	for chapter, want := range map[string]examined{
		"v03": {warned: []string{noISS}},
		"v07": {failed: []string{"members: jwks_uri is missing.", "members: id_token_signing_alg_values_supported is HS256, without RS256."}}, // as the chapter says
		"v08": {},
		"v10": {},
	} {
		l := h.labIn(t, chapter)
		for _, url := range []string{l.Issuer(), authserver.MetadataOf(l)} {
			if got := examine(t, url, false); !slices.Equal(got.failed, want.failed) || !slices.Equal(got.warned, want.warned) {
				t.Errorf("%s, %s: it says %+v, want %+v", chapter, url, got, want)
			}
		}
	}
}

// The lab's API says that it wants a token, and has no metadata of its own.
func TestTheDoctorExaminesTheAPI(t *testing.T) {
	h := openHouse(t)
	l := h.labIn(t, "v10")
	want := []string{"well-known: No address has a document: a client that knows the resource alone does not find its authorization server."}
	if got := examine(t, l.Resource(lab.Calendar), false); !slices.Equal(got.failed, want) || got.warned != nil {
		t.Errorf("it says %+v, want %q", got, want)
	}
}

// Each issuer with a fault that can be seen from outside fails at the step of that fault. What only
// a client meets that signs somebody in, the doctor does not see.
func TestTheDoctorFindsTheFaults(t *testing.T) {
	h := openHouse(t)
	l := h.labIn(t, "v10")
	wants := map[string][]string{
		"metadata-not-json":     {"content type", "JSON"},
		"metadata-wrong-issuer": {"issuer"},
		"jwks-not-json":         {"jwks_uri"},
		"jwks-failing":          {"jwks_uri"},
		"jwks-empty":            {"keys"},
	}
	for _, f := range faultsOf(t, "v10") {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			var steps []string
			for _, told := range examine(t, l.Issuer()+"/fault/"+f.Name, false).failed {
				step, _, _ := strings.Cut(told, ":")
				steps = append(steps, step)
			}
			if !slices.Equal(steps, wants[f.Name]) {
				t.Errorf("it fails at %q, want %q", steps, wants[f.Name])
			}
		})
	}
}
