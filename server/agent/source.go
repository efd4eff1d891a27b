package agent

import "embed"

// Source is this package as it runs, for the learner to read.
//
//go:embed *.go
var Source embed.FS
