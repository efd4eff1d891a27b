package config

import (
	"io"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"oauthlab/server/lab"
)

func TestAFlagWinsOverItsVariable(t *testing.T) {
	tests := []struct {
		name    string
		args    []string
		environ []string
		want    string // of --listen
	}{
		{"neither", nil, nil, ""},
		{"the variable alone", nil, []string{"OAUTHLAB_LISTEN=:1"}, ":1"},
		{"the flag alone", []string{"--listen", ":2"}, nil, ":2"},
		{"both", []string{"--listen", ":2"}, []string{"OAUTHLAB_LISTEN=:1"}, ":2"},
		{"both, and the flag says what is the default", []string{"--listen", ""}, []string{"OAUTHLAB_LISTEN=:1"}, ""},
		{"an empty variable", nil, []string{"OAUTHLAB_LISTEN="}, ""},
		{"a variable of somebody else", nil, []string{"LISTEN=:1", "OAUTHLABLISTEN=:1"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := read(tt.args, tt.environ)
			if err != nil || c.Listen != tt.want {
				t.Errorf("--listen is %q (%v), want %q", c.Listen, err, tt.want)
			}
			if len(c.Unheard) != 0 {
				t.Errorf("it complains about %q", c.Unheard)
			}
		})
	}
}

// Every flag can be given as a variable, also those with more than one word.
func TestEveryFlagHasAVariable(t *testing.T) {
	c, err := read(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range c.Settings {
		if s.Value == "" {
			continue
		}
		if got, err := read(nil, []string{variableOf(s.Name) + "=" + s.Value}); err != nil || len(got.Unheard) != 0 {
			t.Errorf("%s=%s: %v, unheard %q", variableOf(s.Name), s.Value, err, got.Unheard)
		}
	}
}

func TestUnknownVariablesAreReported(t *testing.T) {
	c, err := read(nil, []string{"OAUTHLAB_PROT=80", "HOME=/", "OAUTHLAB_DATTA=/tmp", "OAUTHLAB_DATA=/data"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"OAUTHLAB_DATTA", "OAUTHLAB_PROT"}, c.Unheard); diff != "" {
		t.Error(diff)
	}
}

func TestAVariableThatCannotBeReadIsNamed(t *testing.T) {
	for variable, want := range map[string]string{
		"OAUTHLAB_DEV=perhaps":   "the variable OAUTHLAB_DEV: ",
		"OAUTHLAB_MAX_LABS=many": "the variable OAUTHLAB_MAX_LABS: it takes a whole number",
		"OAUTHLAB_LOG=xml":       `the variable OAUTHLAB_LOG is "xml": it takes text or json`,
	} {
		if _, err := read(nil, []string{variable}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: it says %v, want %s", variable, err, want)
		}
	}
}

func TestNoPasswordOfAnAddressIsPrinted(t *testing.T) {
	for address, want := range map[string]string{
		"nats://alice:password123@one:4222": "nats://***@one:4222",
		"nats://token@one,tls://a:p@ss@two": "nats://***@one,tls://***@two",
		"alice:password123@one:4222":        "***@one:4222",
		"http://localhost:8080":             "http://localhost:8080",
		"127.0.0.1:80":                      "127.0.0.1:80",
		"":                                  "",
		"nats://u:p/with/slashes@one:4222,nats://two:1": "nats://***@one:4222,nats://two:1",
	} {
		if got := withoutUserinfo(address); got != want {
			t.Errorf("%q is printed as %q, want %q", address, got, want)
		}
	}
}

func TestNoSecretOfAFlagIsPrinted(t *testing.T) {
	var flags struct {
		NatsToken  string
		OtherToken string
		Data       string
	}
	k, err := kong.New(&flags)
	if err == nil {
		_, err = k.Parse([]string{"--nats-token", "s3cret", "--data", "/tmp"})
	}
	if err != nil {
		t.Fatal(err)
	}
	want := []Setting{{"data", "/tmp", false, ""}, {"nats-token", "***", false, ""}, {"other-token", "", true, ""}}
	if diff := cmp.Diff(want, effective(k.Model.Flags)); diff != "" {
		t.Error(diff)
	}
}

// read reads the command line of a start.
func read(args, environ []string) (Config, error) {
	c, err := Read(lab.AllParties(), args, environ, io.Discard)
	return c.Start, err
}
