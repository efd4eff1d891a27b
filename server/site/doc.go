// Package site is the lab origin: the pages of the client and their assets, the
// callback page, and the lab's API. It knows the lab's desk and the attacks; what
// the parties do among themselves it only shows.
package site
