package load

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"oauthlab/lessons"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// chapterFront is the front matter of chapter.md.
type chapterFront struct {
	Format      int
	ID          string
	Title       string
	Part        string // of the course
	Question    string
	Description string
	StandsOn    string         `yaml:"stands-on"` // a version of the lab; where the id is none itself
	Script      string         // by its name; that of the version where it is none
	Client      event.Party    // whose flow is run: the web app's, or, where it says nothing, the page's own
	Tour        string         // what the landing page calls the chapter's tour
	Adds        []string       // protections, as the catalogue names them
	Attacks     []string       // in the order of the panel
	Sections    []lessons.Link // what to read
}

// stepFront is the front matter of a step.
type stepFront struct {
	ID         string
	Kind       lessons.StepKind
	Title      string
	Goals      []lessons.Goal
	Prediction *lessons.Prediction
	Protection string
	Switch     string
	Attack     string
	Guard      string
	Tool       lessons.Tool
	Questions  []questionFront
	Hint       string
}

// chapterID is what a chapter may be called: it stands in the address of its page.
var chapterID = regexp.MustCompile(`^[a-z][a-z0-9]{0,15}$`)

// version returns the version of the lab that the chapter stands on; "" where it
// says none.
func (c chapterFront) version() string {
	if slices.Contains(guard.Versions(), c.ID) {
		return c.ID
	}
	return c.StandsOn
}

// before returns the version before, of a chapter that is a version itself.
func (c chapterFront) before() string {
	versions := guard.Versions()
	if i := slices.Index(versions, c.ID); i > 0 {
		return versions[i-1]
	}
	return ""
}

// require complains where the value of a key is missing.
func (f *File) require(value string, path ...any) {
	if strings.TrimSpace(value) == "" {
		f.refuse(at(path...), "%s is missing", path[len(path)-1])
	}
}

// checkUnique complains where an id was given before; seen keeps who gave it.
func (f *File) checkUnique(what, id string, seen map[string]string) {
	if id == "" || f.Unsure("id") {
		return
	}
	line := f.line("id")
	if first, ok := seen[id]; ok {
		f.complain(line, "%s id %q is taken by %s", what, id, first)
		return
	}
	seen[id] = f.name + ":" + strconv.Itoa(line)
}

// checkChapter holds the rules for chapter.md. What could not be read of it was said
// already.
func (f *File) checkChapter(c chapterFront) {
	if !f.decoded {
		return
	}
	if _, _, given := f.find(at("format")); !given {
		f.refuse(at("format"), "format is missing: write format: %d", Format)
	} else if c.Format != Format {
		f.refuse(at("format"), "format is %d; this program reads format %d", c.Format, Format)
	}
	f.require(c.ID, "id")
	f.checkVersion(c)
	f.require(c.Title, "title")
	f.require(c.Question, "question")
	f.require(c.Description, "description")
	f.checkAdds(c)
	if c.Client != "" && c.Client != event.Webapp {
		f.refuse(at("client"), "client %q: it is webapp, or left out for the page's own", c.Client)
	}
	for i, link := range c.Sections {
		f.require(link.Title, "sections", i, "title")
		if !strings.HasPrefix(link.URL, "https://") {
			f.refuse(at("sections", i, "url"), `url of a section begins with "https://"`)
		}
	}
}

// checkVersion asks of a chapter on which version of the lab it stands.
func (f *File) checkVersion(c chapterFront) {
	if c.ID != "" && !chapterID.MatchString(c.ID) {
		f.refuse(at("id"), "id %q: it has small letters and digits, at most 16, and begins with a letter", c.ID)
	}
	if f.Unsure("id") || f.Unsure("stands-on") {
		return
	}
	versions := guard.Versions()
	switch {
	case slices.Contains(versions, c.ID):
		if c.StandsOn != "" && c.StandsOn != c.ID {
			f.refuse(at("stands-on"), "%s is a version itself and stands on no other", c.ID)
		}
	case c.StandsOn == "":
		f.refuse(at("id"), "stands-on is missing: %q is no version of the lab, so it stands on one of %s", c.ID, strings.Join(versions, ", "))
	case !slices.Contains(versions, c.StandsOn):
		f.refuse(at("stands-on"), "there is no version %q: there is %s", c.StandsOn, strings.Join(versions, ", "))
	}
}

func (f *File) checkAdds(c chapterFront) {
	unsure := f.Unsure("id") || f.Unsure("stands-on")
	for i, id := range c.Adds {
		p, ok := guard.Find(id)
		switch {
		case !ok:
			f.refuse(at("adds", i), "unknown protection %q", id)
		case unsure: // about the version
		case c.version() == c.ID && p.Chapter != c.ID:
			f.refuse(at("adds", i), "protection %q is added by chapter %s", id, p.Chapter)
		case !p.TaughtIn(c.version()):
			f.refuse(at("adds", i), "protection %q comes with %s, and the chapter stands on %s", id, p.Chapter, c.version())
		case slices.Index(c.Adds, id) != i:
			f.refuse(at("adds", i), "protection %q stands twice", id)
		}
	}
	for i, id := range c.Attacks {
		if slices.Index(c.Attacks, id) != i {
			f.refuse(at("attacks", i), "attack %q stands twice", id)
		}
	}
}

// checkStep holds the rules for a step of chapter c; nil where c could not be read.
func (f *File) checkStep(s stepFront, c *chapterFront) {
	if !f.decoded {
		return
	}
	f.require(s.ID, "id")
	if s.ID != "" && !anchor.MatchString(s.ID) {
		f.refuse(at("id"), "id %q: it has small letters, digits and single hyphens", s.ID)
	}
	f.require(s.Title, "title")
	version := ""
	if c != nil {
		version = c.version()
	}
	f.checkKind(s)
	f.checkSwitch(s, version)
	f.checkPrediction(s)
	f.checkQuestions(s, c)
	if c != nil && s.Attack != "" && !slices.Contains(c.Attacks, s.Attack) {
		f.refuse(at("attack"), "attack %q is not among the attacks of %s", s.Attack, chapterFile)
	}
	if s.Guard != "" {
		f.checkPart(s.Guard, version, "guard")
	}
	if s.Tool != "" && !slices.Contains(lessons.Tools(), s.Tool) {
		f.refuse(at("tool"), "unknown tool %q: there is %q", s.Tool, lessons.Tools())
	}
	reads := slices.Contains([]lessons.StepKind{lessons.Why, lessons.Ask, lessons.Read}, s.Kind) // which leaves no event: the learner says so
	if len(s.Goals) == 0 && !reads && !f.Unsure("kind") {
		f.refuse(at("goals"), "goals is missing: by which event does the step tick?")
	}
	for i, g := range s.Goals {
		f.checkGoal(at("goals", i), g, version)
	}
}

// checkKind asks of each kind of step what makes it one.
func (f *File) checkKind(s stepFront) {
	switch s.Kind {
	case lessons.Run:
	case lessons.Break:
		f.require(s.Attack, "attack")
	case lessons.Why:
		f.require(s.Guard, "guard")
	case lessons.Mend:
		f.require(s.Protection, "protection")
	case lessons.Ask:
		f.checkNothingElse(s, "a step that asks has questions, and no %s of its own")
	case lessons.Read:
		f.checkNothingElse(s, "a read step is done when it was read, and has no %s")
	case "":
		f.require("", "kind")
	default:
		f.refuse(at("kind"), "unknown kind %q: a step is run, break, why, mend, ask or read", s.Kind)
	}
}

// checkNothingElse refuses what there would be to do in a step that is read, or that asks.
func (f *File) checkNothingElse(s stepFront, wrong string) {
	for _, k := range []struct {
		key   string
		given bool
	}{
		{"attack", s.Attack != ""},
		{"guard", s.Guard != ""},
		{"protection", s.Protection != ""},
		{"goals", len(s.Goals) > 0},
	} {
		if k.given {
			f.refuse(at(k.key), wrong, k.key)
		}
	}
}

func (f *File) checkSwitch(s stepFront, version string) {
	if s.Protection == "" && s.Switch == "" {
		return
	}
	f.require(s.Protection, "protection")
	switch p, ok := guard.Find(s.Protection); {
	case s.Protection == "":
	case !ok:
		f.refuse(at("protection"), "unknown protection %q", s.Protection)
	case !p.TaughtIn(version):
		f.refuse(at("protection"), "protection %q comes with %s, and the chapter stands on %s", p.ID, p.Chapter, version)
	}
	switch {
	case s.Switch != "on" && s.Switch != "off":
		f.refuse(at("switch"), "switch is on or off, not %q", s.Switch)
	case s.Kind == lessons.Mend && s.Switch == "off":
		f.refuse(at("switch"), "a mend step switches on")
	}
}

func (f *File) checkPrediction(s stepFront) {
	p := s.Prediction
	if p == nil {
		return
	}
	if s.Attack == "" && !f.Unsure("attack") {
		f.refuse(at("prediction"), "a prediction is asked before an attack, and the step has none")
	}
	f.require(p.Question, "prediction", "question")
	f.checkOptions(p.Options, "a prediction", "prediction", "options")
}

// checkOptions asks for answers of which one is right, and what is said to each.
func (f *File) checkOptions(options []lessons.Option, what string, path ...any) {
	right := 0
	for i, o := range options {
		f.require(o.Text, append(at(path...), i, "text")...)
		f.require(o.Reply, append(at(path...), i, "reply")...)
		if o.Right {
			right++
		}
	}
	if len(options) < 2 || right != 1 {
		f.refuse(path, "%s has at least two options, exactly one of them right; here are %d, %d right", what, len(options), right)
	}
}

// checkPart refuses what gives no verdict in the version.
func (f *File) checkPart(id, version string, path ...any) {
	part, ok := guard.FindPart(guard.ID(id))
	of, _ := guard.ProtectionOf(part.ID)
	switch {
	case !ok:
		f.refuse(at(path...), "unknown guard %q", id)
	case !part.Refuses():
		f.refuse(at(path...), "%q is a %s, which gives no verdict", id, part.Kind)
	case !of.TaughtIn(version):
		f.refuse(at(path...), "guard %q comes with %s, and the chapter stands on %s", id, of.Chapter, version)
	}
}

// checkGoal refuses a goal, to which the path leads, that nothing or anything would meet.
func (f *File) checkGoal(goal []any, g lessons.Goal, version string) {
	in := func(key string) []any { return append(slices.Clone(goal), key) }
	f.require(g.Text, in("text")...)
	asks := asked(g)
	if g.Kind == "" {
		f.refuse(goal, "kind is missing: a goal says which kind of event meets it")
		return
	}
	allowed, ok := asksOf[g.Kind]
	if !ok {
		f.refuse(in("kind"), "unknown kind of event %q", g.Kind)
		return
	}
	for _, key := range asks {
		if !slices.Contains(allowed, key) {
			f.refuse(in(key), "an event of kind %s has no %s, so nothing would meet this goal", g.Kind, key)
		}
	}
	if len(asks) == 0 {
		f.refuse(goal, "any %s would meet this goal; say more about it", g.Kind)
	}
	if g.Guard != "" {
		f.checkPart(g.Guard, version, in("guard")...)
	}
	if g.Outcome != "" && !slices.Contains([]event.Outcome{event.Passed, event.Refused, event.WouldRefuse}, g.Outcome) {
		f.refuse(in("outcome"), "unknown outcome %q: a guard has passed, refused or would-refuse", g.Outcome)
	}
}

// asksOf says what a goal may ask of each kind of event, beside its parties.
var asksOf = map[event.Kind][]string{
	event.KindRequest:  {"method", "path"},
	event.KindResponse: {"status"},
	event.KindVerdict:  {"guard", "outcome"},
	event.KindChange:   {"what", "action", "fields"},
	event.KindNote:     {"name", "fields"},
}

// asked returns the keys of the goal that are set, beside kind and parties.
func asked(g lessons.Goal) []string {
	var keys []string
	for _, k := range []struct {
		key string
		set bool
	}{
		{"method", g.Method != ""},
		{"path", g.Path != ""},
		{"status", g.Status != 0},
		{"guard", g.Guard != ""},
		{"outcome", g.Outcome != ""},
		{"what", g.What != ""},
		{"action", g.Action != ""},
		{"name", g.Name != ""},
		{"fields", len(g.Fields) > 0},
	} {
		if k.set {
			keys = append(keys, k.key)
		}
	}
	return keys
}
