// Package lab is one learner's lab: its settings, its clock, its switches, and
// Enforce, through which every guard of every party speaks.
//
// It owns the settings document, which every party reads and the lab's API
// writes. What a party itself remembers (clients, codes, tokens) is that party's
// own document, and none of this package's business.
package lab
