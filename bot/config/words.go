package config

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// oneOf writes "a, b or c".
func oneOf(words []string) string {
	switch n := len(words); n {
	case 0:
		return "nothing"
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
}

// didYouMean suggests the known word nearest to what was written, when it is
// near enough to be a slip.
func didYouMean(written string, known iter.Seq[string]) string {
	best, least := "", max(2, len(written)/3)+1
	for _, word := range slices.Sorted(known) {
		if d := distance(strings.ToLower(written), word); d < least {
			best, least = word, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance counts the letters to add, drop or change to get from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
