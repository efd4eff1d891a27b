package resourceserver

import "embed"

// Source is this package's code, which learners are shown as it runs.
//
//go:embed *.go
var Source embed.FS
