package lab

import "slices"

// Keep appends one more to a list of a document, and forgets the oldest beyond most.
func Keep[T any](list []T, one T, most int) []T {
	list = append(list, one)
	if excess := len(list) - most; excess > 0 {
		list = slices.Clone(list[excess:])
	}
	return list
}
