package timeline

import (
	"strings"

	"oauthlab/lessons/guard"
	"oauthlab/lessons/param"
)

// TraceOf returns what tells that two values shown in different places are the same
// one: names, apart by spaces, of which they share one. A verifier shares one with the
// challenge that was made of it, whichever the method. "" stands for a value that is
// not followed.
func TraceOf(name, value string) string {
	kind := param.MarkOf(name)
	if !kind.IsFollowed() || value == "" {
		return ""
	}
	trace := traceName(kind, value)
	if name == "code_verifier" {
		trace += " " + traceName(kind, guard.Challenge(guard.S256, value))
	}
	return trace
}

// traceName is short and holds no character that means something in a selector,
// whatever the value holds.
func traceName(kind param.Mark, value string) string {
	return string(kind) + "-" + guard.Challenge(guard.S256, value)[:12]
}

// Cut cuts a text at the values in it that are followed, which stand there as they
// are or as a URL holds them.
func Cut(text string, params []Param) []Piece {
	pieces := []Piece{{Text: text}}
	for _, p := range params {
		if trace := TraceOf(p.Name, p.Value); trace != "" && len(p.Value) > 3 {
			pieces = cutAt(pieces, p.Value, Piece{Kind: p.Kind, Trace: trace})
		}
	}
	return pieces
}

// cutAt makes pieces like one of every occurrence of value.
func cutAt(pieces []Piece, value string, like Piece) []Piece {
	var out []Piece
	for _, piece := range pieces {
		for piece.Kind == "" {
			before, after, found := strings.Cut(piece.Text, value)
			if !found {
				break
			}
			if before != "" {
				out = append(out, Piece{Text: before})
			}
			like.Text = value
			out, piece = append(out, like), Piece{Text: after}
		}
		if piece.Text != "" {
			out = append(out, piece)
		}
	}
	return out
}
