package lab

import "time"

// Sheet is what a party holds, as it is shown to a learner.
type Sheet struct {
	Source string // whence that is known, in a sentence; "" where it is the party's own record
	Trees  []Tree // before the tables
	Tables []Table
	Blind  string // what the party cannot know, in words that end a sentence
}

// Tree shows things that came of each other.
type Tree struct {
	Title string // what it is, with whose it is
	End   string // how it stands, in a few words; "" where it lives
	Dead  bool   // all of it is good for nothing
	Nodes []Node // those without a parent are its roots; parents come before what came of them
}

// Node is one thing of a tree.
type Node struct {
	Key, Parent string // Parent is the Key of another; "" of a root
	Cell        Cell   // itself
	Says        string // how it stands, in a few words
	Live        bool   // it is good for something now
}

// Table shows the things of one kind that a party holds, a row each.
type Table struct {
	What    string   // one of them, as changes of the party's record call it (event.ChangeRow); "" where none does
	Title   string   // all of them: "access tokens"
	Columns []string // names; of each row, the cells are in their order
	Rows    []Row    // the oldest first
}

// Row is one thing.
type Row struct {
	Key   string // as changes of it have it
	Cells []Cell

	// Where no change tells: the positions in the log of what brought it, and of what was
	// told of it last.
	Since, Touched uint64
}

// Cell says one thing about the thing of its row; nothing, where it is zero.
type Cell struct {
	Text  string
	Kind  CellKind
	Param string    // of a Value or its hash: by which it travels
	Time  time.Time // of a Moment and a Deadline, in place of a text
}

// CellKind is how a cell is shown.
type CellKind int

// The kinds of cell.
const (
	Plain    CellKind = iota
	Literal           // as it stands in a message
	Value             // that is followed through a flow
	Hashed            // the hash of such a value: the value is shown, where the log has it
	Moment            // a time of the lab's clock
	Deadline          // the same, after which the thing is good for nothing
)

// Says is a cell of words.
func Says(text string) Cell { return Cell{Text: text} }

// Quotes is a cell with what stands in messages.
func Quotes(text string) Cell { return Cell{Text: text, Kind: Literal} }

// Follows is a cell with a value that travels by the name of a parameter.
func Follows(param, value string) Cell { return Cell{Text: value, Kind: Value, Param: param} }

// FollowsHash is a cell with a value of which the party keeps the guard.TokenHash alone.
func FollowsHash(param, hash string) Cell { return Cell{Text: hash, Kind: Hashed, Param: param} }

// At is a cell with the moment, if it has come to that.
func At(moment *time.Time) Cell {
	if moment == nil {
		return Cell{}
	}
	return Cell{Kind: Moment, Time: *moment}
}

// Until is a cell with the moment up to which a thing is good; nothing for the zero time.
func Until(end time.Time) Cell { return Cell{Kind: Deadline, Time: end} }

// Column is what a table says of each of its things.
type Column[T any] struct {
	Name string
	Of   func(T) Cell
}

// TableOf makes a table of things. key names one as changes of it do.
func TableOf[T any](what, title string, things []T, key func(T) string, columns []Column[T]) Table {
	t := Table{What: what, Title: title}
	for _, c := range columns {
		t.Columns = append(t.Columns, c.Name)
	}
	for _, thing := range things {
		r := Row{Key: key(thing)}
		for _, c := range columns {
			r.Cells = append(r.Cells, c.Of(thing))
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}
