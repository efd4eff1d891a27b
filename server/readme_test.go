package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"oauthlab/server/config"
	"oauthlab/server/lab"
)

// readmes are what is read beside the program, from this folder.
func readmes() []string {
	return []string{"../README.md", "../CONTRIBUTING.md", "../SECURITY.md", "README.md", "deploy/README.md", "seed/example/README.md", "../lessons/README.md"}
}

// readReadme returns one of them.
func readReadme(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A link from one file of the repository to another leads there.
func TestReadmesLeadToFilesThatAreThere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)\)`)
	for _, file := range readmes() {
		for _, found := range link.FindAllStringSubmatch(readReadme(t, file), -1) {
			if strings.HasPrefix(found[1], "/") { // of the running lab
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), found[1])); err != nil {
				t.Errorf("%s leads to %s: %v", file, found[1], err)
			}
		}
	}
}

// The flags that they name are those that there are, and the parties those of the table.
func TestReadmesNameTheFlagsAndPartiesThatThereAre(t *testing.T) {
	command, err := config.Read(lab.AllParties(), nil, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	flag := regexp.MustCompile("(?:`|bin/oauthlab | )--([a-z][a-z-]*)")
	others := []string{"data-urlencode", "name", "network", "rm", "follow", "json"} // curl's, docker's, and the doctor's
	for _, file := range readmes() {
		for _, found := range flag.FindAllStringSubmatch(readReadme(t, file), -1) {
			is := slices.ContainsFunc(command.Start.Settings, func(s config.Setting) bool { return s.Name == found[1] })
			if !is && !slices.Contains(others, found[1]) {
				t.Errorf("%s names --%s, which is no flag", file, found[1])
			}
		}
	}
	first, deploy := readReadme(t, "../README.md"), readReadme(t, "deploy/README.md")
	for _, p := range lab.AllParties() {
		if !strings.Contains(first, "| "+string(p.ID)+" | `"+p.Origin+"` |") {
			t.Errorf("the README's table of parties has no %s at %s", p.ID, p.Origin)
		}
		if !strings.Contains(deploy, "`"+p.Flag()+"`") || !strings.Contains(deploy, "`"+p.Origin+"`") {
			t.Errorf("the flags in deploy/README.md are without %s and its default %s", p.Flag(), p.Origin)
		}
	}
}
