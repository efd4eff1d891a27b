// Package madeup holds no code. Its test adds a chapter, a protection, a setting, an
// attack, a script, an endpoint and a party to a copy of the program, as a maintainer
// would, and shows that nothing else has to be touched.
package madeup
