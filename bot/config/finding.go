package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Finding is one mistake: where it is, what was found and what was expected.
type Finding struct {
	File  string // "environment" for a variable
	Line  int    // from 1; 0 where lines mean nothing
	Field string // "routes[1].channel", or the variable's name
	Text  string // what was found, what was expected
}

func (f Finding) String() string {
	where := f.File
	if f.Line > 0 {
		where = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	return strings.Join(slices.DeleteFunc([]string{where, f.Field, f.Text}, func(s string) bool { return s == "" }), ": ")
}

// Error holds everything that is wrong with a configuration, in the order of
// the file and then of the environment.
type Error struct{ Findings []Finding }

func (e *Error) Error() string {
	lines := make([]string, len(e.Findings))
	for i, f := range e.Findings {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

func inOrder(findings []Finding) []Finding {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(compareEnvironmentLast(a, b), a.Line-b.Line)
	})
	return slices.Compact(findings)
}

func compareEnvironmentLast(a, b Finding) int {
	rank := func(f Finding) int {
		if f.File == environment {
			return 1
		}
		return 0
	}
	return rank(a) - rank(b)
}
