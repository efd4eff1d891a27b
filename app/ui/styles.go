package ui

// Styles returns the paths of the style sheets, in the order in which they apply.
func Styles() []string {
	return []string{
		"/web/css/tokens.css",
		"/web/css/base.css",
		"/web/css/loader.css",
		"/web/css/layout.css",
		"/web/css/lesson.css",
		"/web/css/changes.css",
		"/web/css/stage.css",
		"/web/css/browser.css",
		"/web/css/panel.css",
		"/web/css/landing.css",
		"/web/css/features.css",
		"/web/css/contrast.css",
	}
}
