// Package e2e tests the whole program: the binary that a user starts, its API over
// HTTP, and its screen in a real Chromium. One binary is built and one browser
// started for all tests.
package e2e
