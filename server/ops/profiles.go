package ops

import (
	"net/http"
	"net/http/pprof"
)

// Profiles serves what Go tells about the running program, for `go tool pprof`, below
// /debug/pprof/: where its time and its memory go. It costs something while it is
// asked for, so it is for operators alone.
func Profiles(mux *http.ServeMux) {
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
}
