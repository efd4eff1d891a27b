package timeline

import (
	"strings"

	"oauthlab/lessons/param"
)

// Address is a URL as the address bar shows it: in pieces, so that the values
// in it can be marked, and short, so that they are in sight.
type Address struct {
	URL    string // whole
	Pieces []Piece
}

// Piece is a stretch of an address. Marked pieces hold "name=value".
type Piece struct {
	Text  string
	Kind  param.Mark // "" for plain text
	Trace string     // see TraceOf
}

// AddressOf cuts a URL into pieces at its parameters. It leaves out what says
// nothing: the scheme, as browsers do, most of the lab's id, the parameters
// that wear no mark, and all but the beginning of the values that do.
func AddressOf(raw string) Address {
	if raw == "" {
		return Address{}
	}
	a := Address{URL: raw}
	base, query, _ := strings.Cut(raw, "?")
	a.add(shortBase(base))
	sep, skipped := "?", false
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		kind := param.MarkOf(unescape(name))
		if kind == "" {
			skipped = skipped || name != ""
			continue
		}
		if skipped {
			a.add(sep + "…")
			sep, skipped = "&", false
		}
		a.add(sep)
		a.Pieces = append(a.Pieces, Piece{
			Text: name + "=" + shorten(unescape(value), kind), Kind: kind, Trace: TraceOf(unescape(name), unescape(value)),
		})
		sep = "&"
	}
	if skipped {
		a.add(sep + "…")
	}
	return a
}

// shortBase drops the scheme and most of a lab's id.
func shortBase(base string) string {
	if _, rest, ok := strings.Cut(base, "://"); ok {
		base = rest
	}
	parts := strings.Split(base, "/")
	for i, part := range parts {
		if isLabID(part) {
			parts[i] = part[:4] + "…"
		}
	}
	return strings.Join(parts, "/")
}

// add adds plain text, and joins it with what stands there already.
func (a *Address) add(text string) {
	if n := len(a.Pieces); n > 0 && a.Pieces[n-1].Kind == "" {
		a.Pieces[n-1].Text += text
		return
	}
	a.Pieces = append(a.Pieces, Piece{Text: text})
}
