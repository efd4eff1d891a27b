package config

import (
	"io"
	"strings"
	"testing"

	"oauthlab/server/lab"
)

func TestBoundsThatMakeNoSenseAreRefused(t *testing.T) {
	for args, want := range map[string]string{
		"--max-labs=-1":           "--max-labs is -1: it is at least 0",
		"--max-events=1":          "--max-events is 1: it is at least 100",
		"--max-body=1":            "--max-body is 1: it is at least 4096",
		"--idle=1s":               "--idle is 1s: a lab is kept for a minute at least",
		"--min-free=0":            "--min-free is 0: it is at least 1",
		"--max-document=64kb":     errSize.Error(),
		"--lab-rate=5":            "it takes a number and a time",
		"--trusted-proxy=example": `"example" is no address`,
		"--ops-listen=9090":       "it takes an address such as 127.0.0.1:9090",
		"--drain=-1s":             "--drain is -1s",
		"--drain=5":               errSpan.Error(),
		"--idle=a week":           errSpan.Error(),
		"--max-labs=many":         errCount.Error(),
		"--max-labs=1e3":          errCount.Error(),
		"--nats-replicas=3x":      errCount.Error(),
	} {
		_, err := Read(lab.AllParties(), []string{args}, nil, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: it says %v, want %s", args, err, want)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]Size{"0": 0, "1": 1, "65536": 64 << 10, "64KiB": 64 << 10, "10GiB": 10 << 30, "3MiB": 3 << 20} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%s is %d (%v), want %d", text, s, err, want)
		}
	}
	for s, want := range map[Size]string{0: "0", 5: "5", 64 << 10: "64KiB", 1536: "1536", 1 << 30: "1GiB"} {
		if got := s.String(); got != want {
			t.Errorf("%d is written %s, want %s", s, got, want)
		}
	}
	for _, text := range []string{"", "-1", "1KB", "KiB", "9999999999GiB", "1.5MiB"} {
		if err := new(Size).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
