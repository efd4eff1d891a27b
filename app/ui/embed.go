package ui

import (
	"encoding/json"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/ui/page"
)

// embed returns the data block from which DecodeContent reads, on the server only: the
// program has read it when it draws. JSON escapes "<", so that nothing in it can end
// the block, and a data block never runs.
func embed(c page.Content) app.UI {
	if app.IsClient {
		return nil
	}
	text, err := json.Marshal(c)
	if err != nil {
		text = []byte("{}")
	}
	return app.Raw(`<script type="application/json" id="` + page.ElementID + `">` + string(text) + `</script>`)
}
