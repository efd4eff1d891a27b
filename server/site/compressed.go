package site

import (
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
)

// gzipped ends the entity tag of an answer in gzip: each form has a tag of its own
// (RFC 9110 §8.8.3.3).
const gzipped = "-gzip"

// compressed sends text in gzip to whoever takes it. Only for what everyone may read:
// the length of a compressed answer tells something of what is in it.
func compressed(next http.Handler) (http.Handler, error) {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.EnableZstd(false), gzhttp.SuffixETag(gzipped),
		gzhttp.ContentTypes([]string{"text/html", "text/css", "text/javascript", "text/markdown", "text/plain", "application/javascript", "application/manifest+json", "image/svg+xml"}))
	if err != nil {
		return nil, err
	}
	packing := wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tag, packed := strings.CutSuffix(r.Header.Get("If-None-Match"), gzipped+`"`); packed {
			w = &unchanged{w, tag + gzipped + `"`}
			r = r.Clone(r.Context())
			r.Header.Set("If-None-Match", tag+`"`) // next knows this one alone
		}
		packing.ServeHTTP(w, r)
	}), nil
}

// unchanged says of an answer that the browser has already which one it is
// (RFC 9110 §15.4.5).
type unchanged struct {
	http.ResponseWriter
	tag string
}

func (u *unchanged) WriteHeader(status int) {
	if status == http.StatusNotModified {
		u.Header().Set("ETag", u.tag)
	}
	u.ResponseWriter.WriteHeader(status)
}

// Unwrap implements what http.ResponseController asks for.
func (u *unchanged) Unwrap() http.ResponseWriter { return u.ResponseWriter }
