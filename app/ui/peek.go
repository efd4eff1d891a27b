package ui

import (
	"context"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
	"oauthlab/app/lab"
	"oauthlab/app/tag"
	"oauthlab/lessons/api"
)

// peekID is the id of the dialog in which an entry of a book is read.
const peekID = "peek"

// termLinks are the links that open an entry in place. They lead to the book where
// this program does not run.
const termLinks = "a.term"

// peek is an entry of the glossary or the troubleshooting, beside what was chosen. The
// lesson stays as it is.
func peek(d *desk, entry api.Entry) app.UI {
	book := "In the glossary"
	if strings.HasPrefix(entry.Address, "/troubleshooting") {
		book = "In the troubleshooting"
	}
	return above(peekID, entry.Name, d.closePeek,
		tag.Div("peek-body").Body(
			app.Raw(entry.Body),
			tag.P("peek-more").Body(tag.A(entry.Address).Attr("target", "_blank").Text(book)),
		),
		&modalOpener{Name: entry.Address, Peek: true},
	).Class("peek").OnClick(func(ctx app.Context, e app.Event) {
		if e.Get("target").Equal(ctx.JSSrc()) { // beside it
			d.closePeek()
		}
	})
}

// look opens what a link of a book leads to. The latest one counts.
func (d *desk) look(address string) {
	d.looking = address
	go func() {
		ctx, cancel := context.WithTimeout(d.ctx, callTimeout)
		defer cancel()
		entry, err := lab.LookUp(ctx, browser.NewDevice(), address)
		d.draw(func() {
			switch {
			case d.looking != address:
			case err != nil:
				d.complain(err)
			default:
				d.screen.Peek = entry
			}
		})
	}()
}

// closePeek closes the entry; the focus goes back to the link. What was asked for since
// still opens: the browser may tell late that the learner closed the one before.
func (d *desk) closePeek() {
	browser.CloseModal(peekID)
	d.screen.Peek = api.Entry{}
}

// cures links to the causes and cures of an error; nil where there is none.
func cures(address string) app.UI {
	if address == "" {
		return nil
	}
	return tag.A(address, "term", "cures").Attr("target", "_blank").Text("Causes and cures")
}

// termLink links to a term of the glossary; where it is none, it is text.
func termLink(id, text string) app.UI {
	if id == "" {
		return app.Text(text)
	}
	return tag.A("/glossary#"+id, "term").Text(text)
}
