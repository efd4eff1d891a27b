package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
)

// release is what make release writes into the program: the name of the commit, as
// git describe tells it. Elsewhere it is empty.
var release string //nolint:gochecknoglobals // the linker sets it

// printVersion says which program this is.
func printVersion(out io.Writer) error {
	_, err := fmt.Fprintf(out, "oauthlab %s, %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// version is the release, or what Go knows about the build: the module's version where
// it was installed as a module, or the commit where it was built with -buildvcs.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "of unknown origin"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return "development"
}
