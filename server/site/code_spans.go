package site

import (
	"go/scanner"
	"go/token"
	"strings"

	"oauthlab/lessons/api"
	"oauthlab/lessons/param"
)

// spansOf cuts Go source into what it consists of, line by line. What it does not
// colour is one span.
func spansOf(text string) [][]api.Span {
	var s scanner.Scanner
	files := token.NewFileSet()
	file := files.AddFile("", files.Base(), len(text))
	s.Init(file, []byte(text), nil, scanner.ScanComments) // a piece of a file has no errors to tell
	p := painter{text: text}
	for {
		pos, tok, literal := s.Scan()
		if tok == token.EOF {
			break
		}
		if kind := kindOfToken(tok, literal); kind != "" {
			p.paint(file.Offset(pos), len(literal), kind)
		}
	}
	p.plain(len(text))
	return p.lines()
}

// kindOfToken returns what a token is coloured as, or "".
func kindOfToken(tok token.Token, literal string) api.SpanKind {
	switch {
	case tok == token.COMMENT:
		return api.SpanComment
	case tok.IsKeyword():
		return api.SpanKeyword
	case tok == token.STRING || tok == token.CHAR:
		return api.SpanString
	case tok == token.IDENT:
		return api.SpanKind(param.MarkInCode(literal))
	}
	return ""
}

// painter collects spans over a text from its start on.
type painter struct {
	text  string
	at    int
	spans []api.Span
}

func (p *painter) paint(from, length int, kind api.SpanKind) {
	p.plain(from)
	p.spans = append(p.spans, api.Span{Text: p.text[from : from+length], Kind: kind})
	p.at = from + length
}

func (p *painter) plain(until int) {
	if until > p.at {
		p.spans = append(p.spans, api.Span{Text: p.text[p.at:until]})
		p.at = until
	}
}

// lines cuts the spans at the ends of lines, which they lose.
func (p *painter) lines() [][]api.Span {
	lines := [][]api.Span{nil}
	for _, s := range p.spans {
		for i, part := range strings.Split(s.Text, "\n") {
			if i > 0 {
				lines = append(lines, nil)
			}
			if part != "" {
				last := len(lines) - 1
				lines[last] = append(lines[last], api.Span{Text: part, Kind: s.Kind})
			}
		}
	}
	return lines
}
