package doctor

import (
	"fmt"
	"strings"
	"testing"
)

func TestWhatIsShown(t *testing.T) {
	for text, want := range map[string]string{
		"https://auth.example/a?b=c%20d": "https://auth.example/a?b=c%20d",
		"":                               `""`,
		"two words":                      `"two words"`,
		" padded ":                       `" padded "`,
		"\x1b[31mred\x1b[0m\x07":         `"\x1b[31mred\x1b[0m\a"`,
		"a\u202eb\u2066c":                `"a\u202eb\u2066c"`,
		"\u0085\u009b31m":                `"\u0085\u009b31m"`,
		"https://аuth.example":           `"https://\u0430uth.example"`, // a Cyrillic letter
		"שלום":                           `"\u05e9\u05dc\u05d5\u05dd"`,
		"a\nb\r\tc":                      `"a\nb\r\tc"`,
		"\xff\xfe":                       `"\xff\xfe"`,
		`"quoted\"`:                      `"\"quoted\\\""`,
		"%s%d%!":                         "%s%d%!",
		strings.Repeat("a", 161):         strings.Repeat("a", 157) + "...",
		strings.Repeat("é", 90):          `"` + strings.Repeat(`\u00e9`, 78) + `..."`,
	} {
		if got := shown(text); string(got) != want {
			t.Errorf("%q is shown as %s, want %s", text, got, want)
		}
	}
}

func TestSentencesShowWhatIsNotTheirOwn(t *testing.T) {
	got := say("%s, %s, %d, %s and %s.", "a\x1b", said("b c"), 3, fmt.Errorf("d\u202e"), list([]string{"1", "2", "3", "4", "5", "6", "7\x00", "8"}))
	if want := said(`"a\x1b", b c, 3, "d\u202e" and 1, 2, 3, 4, 5, 6 and 2 more.`); got != want {
		t.Errorf("it says %s, want %s", got, want)
	}
}
