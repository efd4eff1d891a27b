package session

// AllBands is the key of the bands in Screen.Earlier; a band's own is its Key.
const AllBands = ""

// ShowEarlier draws more of what is left out.
func (c *Controller) ShowEarlier(key string) {
	c.screen.Earlier = with(c.screen.Earlier, key, c.screen.Earlier[key]+1)
}
