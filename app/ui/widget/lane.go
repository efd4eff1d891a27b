package widget

import (
	"strconv"
)

// LaneClass names a lane's place in the grid: "at-2".
func LaneClass(what string, lane int) string {
	return what + "-" + strconv.Itoa(lane)
}

// Direction is the class of an arrow from one lane to another.
func Direction(from, to int) string {
	if from > to {
		return "goes-left"
	}
	return "goes-right"
}
