package feed

import (
	"log/slog"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
)

// Ledger writes, for operators, that an event happened: who, to whom, what, and how it
// came out. No code, token or other value that an event carries is in it.
type Ledger struct{ Log *slog.Logger }

// Write writes one event of the lab id.
func (l Ledger) Write(id uuid.UUID, e event.Event) {
	attrs := []any{
		slog.String("lab", id.String()), slog.Uint64("seq", e.Seq), slog.String("flow", e.Flow),
		slog.String("from", string(e.From)), slog.String("to", string(e.To)),
	}
	switch e.Kind {
	case event.KindRequest:
		path, _ := splitURL(e.Request.URL)
		attrs = append(attrs, slog.String("method", e.Request.Method), slog.String("url", path))
	case event.KindResponse:
		attrs = append(attrs, slog.Int("status", e.Response.Status))
	case event.KindVerdict:
		attrs = append(attrs, slog.String("guard", e.Verdict.Guard), slog.String("outcome", string(e.Verdict.Outcome)))
	case event.KindChange:
		attrs = append(attrs, slog.String("what", e.Change.What), slog.String("action", e.Change.Action))
	case event.KindNote:
		attrs = append(attrs, slog.String("name", e.Note.Name))
	}
	l.Log.Info(string(e.Kind), attrs...)
}
