package stage

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// exchangeButton exchanges the code: once, and then again, to see what the server says
// to that.
func (a *Alice) exchangeButton() app.UI {
	text, class := "Exchange the code…", "button button-primary"
	if a.Login.Code == "" {
		text, class = "Exchange the same code again…", "button"
	}
	return widget.Pressable(widget.Marked(tag.Button(), a.Tour, a.Tour.What == session.AtExchange).Class(class, "client-exchange").ID(session.ExchangeID).Text(text).Aria("haspopup", "dialog"),
		a.Open && a.Busy == session.Idle, func() { a.Controller.Exchange() }, session.ExchangeID)
}
