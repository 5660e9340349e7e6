package slackapp

import (
	"strings"
	"time"

	"toban/rotation"
)

// shiftValue writes a shift into the value of a menu's entry: its rotation,
// the date on which it starts, and who has it.
func shiftValue(name string, date rotation.Date, who rotation.PersonID) string {
	return strings.Join([]string{date.String(), string(who), name}, "/")
}

// shiftOf reads such a value. A rotation's name may hold the separator.
func shiftOf(value string) (name string, date rotation.Date, who rotation.PersonID, ok bool) {
	parts := strings.SplitN(value, "/", 3)
	if len(parts) != 3 || parts[1] == "" || parts[2] == "" {
		return "", date, "", false
	}
	day, err := time.Parse(time.DateOnly, parts[0])
	if err != nil {
		return "", date, "", false
	}
	return parts[2], rotation.DateOf(day, time.UTC), rotation.PersonID(parts[1]), true
}
