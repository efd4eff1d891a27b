package progress

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"oauthlab/lessons"
)

// What is no progress is refused in words that its sender understands.
func TestWhatCannotBeRead(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"nothing":            {"", "it is empty"},
		"white space":        {" \n\t", "it is empty"},
		"far too much":       {`{"version":1,"chapters":{"` + strings.Repeat("x", MaxSize) + `":{}}}`, "it has more than 64 KiB, and no progress is that long"},
		"prose":              {"Dear teacher", "it is no JSON"},
		"two of them":        {`{"version":1,"chapters":{}} {"version":1,"chapters":{}}`, "it is no JSON"},
		"a part":             {`{"version":1,"chapters":{"v0`, "it breaks off before its end"},
		"a list":             {"[]", "it is JSON, but no progress of this lab"},
		"a number":           {"7", "it is JSON, but no progress of this lab"},
		"null":               {"null", "it is JSON, but no progress of this lab"},
		"an object":          {"{}", "it is JSON, but no progress of this lab"},
		"no chapters":        {`{"version":1}`, "it is JSON, but no progress of this lab"},
		"a newer version":    {`{"version":2,"parts":[]}`, "it is of another version of the lab: 2, where 1 is read here"},
		"an older version":   {`{"version":-1,"chapters":{}}`, "it is of another version of the lab: -1, where 1 is read here"},
		"text for a list":    {`{"version":1,"chapters":{"v03":{"steps":"all"}}}`, "must not be a string"},
		"a number as a name": {`{"version":1,"name":7,"chapters":{}}`, "its field name must not be a number"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if p, err := Read(tt.text); err == nil || !strings.Contains(err.Error(), tt.want) || !reflect.DeepEqual(p, Progress{}) {
				t.Errorf("%+v, %v; want %q", p, err, tt.want)
			} else if errors.Is(err, ErrVersion) != strings.Contains(name, "version") {
				t.Errorf("%v is of another version: %t", err, errors.Is(err, ErrVersion))
			}
		})
	}
	// What a later program writes beside it does no harm.
	p, err := Read(`{"version":1,"more":[1],"chapters":{"v03":{"steps":["run"],"later":true}}}`)
	if err != nil || !p.Chapters["v03"].Has("run") {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestANameIsCleaned(t *testing.T) {
	for typed, want := range map[string]string{
		"  Alice \n and Bob ":       "Alice and Bob",
		"\x1b[31mred":               "·[31mred",
		"\u202eevil":                "·evil",
		"Cärol 文":                   "Cärol 文",
		"\xff":                      "·",
		"":                          "",
		strings.Repeat("文", 10_000): strings.Repeat("文", MaxName),
	} {
		if got := CleanName(typed); got != want {
			t.Errorf("%.40q is %q, want %q", typed, got, want)
		}
	}
}

func TestWhatWasDoneOnceStays(t *testing.T) {
	p := Fresh().With("v03", Chapter{Steps: []string{"run"}, Loop: []lessons.StepKind{lessons.Run}, Met: []string{"run", "x:stopped"}, Must: []string{"run"}, Done: true})
	reset := p.With("v03", Chapter{}).Chapters["v03"]
	if len(reset.Steps) != 0 || !reset.Has("run") || !reset.Has("x:stopped") || !reset.Was(lessons.Run) || !slices.Equal(reset.Must, []string{"run"}) {
		t.Errorf("after a reset: %+v", reset)
	}
	if away := p.With("v03", Chapter{Must: []string{}}).Chapters["v03"]; len(away.Must) != 0 {
		t.Errorf("an assignment that was put away stays: %q", away.Must)
	}
	if done := (Chapter{Done: true}); !done.Has("run") || done.Has("x:stopped") {
		t.Error("who has done all steps has done each, and has seen no attack")
	}
}

var chapter = lessons.Chapter{ID: "v03", Steps: []lessons.Step{{ID: "run", Title: "Run it"}, {ID: "break", Title: "Break it"}}, Attacks: []string{"theft"}}

func TestAnAssignmentHasOnlyWhatTheChapterHas(t *testing.T) {
	tests := map[string]struct{ named, tasks, strange []string }{
		"nothing":         {nil, nil, nil},
		"in any order":    {[]string{"theft:stopped", "run", "run"}, []string{"run", "theft:stopped"}, nil},
		"strangers":       {[]string{"dance", "run", "theft", "theft:exploded", "<b>"}, []string{"run"}, []string{"dance", "theft", "theft:exploded", "<b>"}},
		"all that is":     {Tasks(chapter), []string{"run", "break", "theft:succeeded", "theft:stopped"}, nil},
		"another's steps": {[]string{"v04:run"}, nil, []string{"v04:run"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tasks, strange := Assigned(tt.named, chapter)
			if !slices.Equal(tasks, tt.tasks) || !slices.Equal(strange, tt.strange) {
				t.Errorf("%q and %q, want %q and %q", tasks, strange, tt.tasks, tt.strange)
			}
		})
	}
	many := lessons.Chapter{}
	for i := range 2 * MaxTasks {
		many.Steps = append(many.Steps, lessons.Step{ID: strings.Repeat("x", i+1)})
	}
	if tasks, _ := Assigned(Tasks(many), many); len(tasks) != MaxTasks {
		t.Errorf("%d tasks are asked for", len(tasks))
	}
}

func TestATaskInWords(t *testing.T) {
	title := func(id string) string { return strings.ToUpper(id) }
	for task, want := range map[string]string{
		"run": "Run it", "theft:succeeded": "See it succeed: THEFT", "theft:stopped": "See it stopped: THEFT",
	} {
		if got := Says(task, chapter, title); got != want {
			t.Errorf("%s is %q, want %q", task, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"version":1,"name":"Alice","chapters":{"v03":{"steps":["run"]}}}`)
	f.Add(`{"version":1,"chapters":{"\u001b[2J":{"steps":7}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Read(text)
		if err == nil {
			if name := CleanName(p.Name); !utf8.ValidString(name) || utf8.RuneCountInString(name) > MaxName || strings.ContainsAny(name, "\x1b\n\u202e") {
				t.Errorf("the name is %q", name)
			}
			return
		}
		if s := err.Error(); len(s) > 200 || strings.ContainsAny(s, "\x1b\n\u202e") {
			t.Errorf("it says %q", s)
		}
	})
}
