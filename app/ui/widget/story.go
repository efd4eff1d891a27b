//go:build !js

package widget

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// Story shows a component in one of its states, with invented content, for who works on
// it.
type Story struct {
	Name string
	UI   app.UI
}
