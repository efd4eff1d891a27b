package prose_test

import (
	"testing"

	"oauthlab/lessons/prose"
)

func TestSentences(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "",
		"the verifier does not match": "The verifier does not match.",
		"This is one.":                "This is one.",
		"is this one?":                "Is this one?",
		"stop!":                       "Stop!",
		"über":                        "Über.",
		"1 check":                     "1 check.",
		"\xff":                        "\xff.",
	} {
		if got := prose.Sentence(text); got != want {
			t.Errorf("of %q it makes %q, want %q", text, got, want)
		}
	}
	if got := prose.FullStop("invalid_grant: too late"); got != "invalid_grant: too late." {
		t.Errorf("%q: a code has no capital", got)
	}
}

func TestTextsAreClippedBetweenCharacters(t *testing.T) {
	tests := map[string]struct {
		text string
		most int
		mark string
		want string
	}{
		"short enough":              {"abc", 3, "…", "abc"},
		"too long":                  {"abcdef", 5, "…", "ab…"},
		"without a mark":            {"abcdef", 5, "", "abcde"},
		"within a character":        {"aüb", 2, "", "a"},
		"and before the mark":       {"aaaüüü", 7, "…", "aaa…"},
		"nothing but one character": {"文", 2, "", ""},
		"bytes that are none":       {"\xbf\xbf\xbf", 2, "", ""},
		"no room at all":            {"abc", 0, "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := prose.Clip(tt.text, tt.most, tt.mark); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestTextsAreMadePlain(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "",
		"a b, ü 文 · –":              "a b, ü 文 · –",
		"\x1b[31ma\x07\u009bb\r\n":  "·[31ma··b··",
		"\u202ea\u2066\u200f\u2028": "·a···",
		"\xff":                      "\ufffd",
	} {
		if got := prose.Plain(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
