package rotation

import (
	"fmt"
	"regexp"
	"time"
)

// FileError says which field of a rotation is wrong and what was expected
// there. File and Line are empty where the rotation did not come from a file.
type FileError struct {
	File     string
	Line     int    // from 1
	Field    string // as written: "overrides[2].end"
	Expected string // what was expected, and what was found
}

func (e *FileError) Error() string {
	where := e.File
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	for _, part := range []string{e.Field, e.Expected} {
		if part != "" && where != "" {
			where += ": "
		}
		where += part
	}
	return where
}

// longestTurn bounds Every, in hours: ten years.
const longestTurn = 10 * 365 * 24

var clockTime = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// Validate reports the first field of r that makes no rotation, as a
// [*FileError] without a file. Spans that cover nothing are no error (rule 8).
func (r Rotation) Validate() error {
	for _, check := range []func(Rotation) *FileError{
		checkHead, checkTurns, checkEdits, checkSwaps, checkOverrides,
	} {
		if err := check(r); err != nil {
			return err
		}
	}
	return nil
}

func checkHead(r Rotation) *FileError {
	switch {
	case r.Name == "":
		return wrong("name", "expected a name for the rotation")
	case r.Zone == nil:
		return wrong("zone", `expected an IANA time zone such as "Asia/Tokyo"`)
	case r.Start.IsZero():
		return wrong("start", "expected the instant at which the first shift starts")
	}
	return nil
}

func checkTurns(r Rotation) *FileError {
	hours := map[Kind]int{Daily: 24, Weekly: 7 * 24, Hours: 1}[r.Kind]
	if hours == 0 {
		return wrong("kind", "expected daily, weekly or hours, not %q", r.Kind)
	}
	if most := longestTurn / hours; r.Every < 0 || r.Every > most {
		return wrong("every", "expected a whole number from 1 to %d, not %d", most, r.Every)
	}
	if (r.Kind != Hours || r.Handoff != "") && !clockTime.MatchString(r.Handoff) {
		return wrong("handoff", `expected a local time from "00:00" to "23:59", not %q`, r.Handoff)
	}
	if r.Clock != "" && r.Clock != Elapsed && r.Clock != Wall {
		return wrong("clock", "expected elapsed or wall, not %q", r.Clock)
	}
	return checkMembers("members", r.Members)
}

func checkMembers(field string, members []PersonID) *FileError {
	for i, m := range members {
		if m == Nobody {
			return wrong(fmt.Sprintf("%s[%d]", field, i), "expected a person")
		}
	}
	return nil
}

func checkEdits(r Rotation) *FileError {
	for i, e := range r.Edits {
		if err := checkMembers(fmt.Sprintf("edits[%d].members", i), e.Members); err != nil {
			return err
		}
	}
	return nil
}

func checkSwaps(r Rotation) *FileError {
	for i, s := range r.Swaps {
		switch {
		case s.A.User == Nobody:
			return wrong(fmt.Sprintf("swaps[%d].a.user", i), "expected a person")
		case s.B.User == Nobody:
			return wrong(fmt.Sprintf("swaps[%d].b.user", i), "expected a person")
		case s.A.User == s.B.User:
			return wrong(fmt.Sprintf("swaps[%d].b.user", i), "expected somebody other than %s", s.A.User)
		}
	}
	return nil
}

func checkOverrides(r Rotation) *FileError {
	for i, o := range r.Overrides {
		if o.User == Nobody {
			return wrong(fmt.Sprintf("overrides[%d].user", i), "expected a person")
		}
	}
	return nil
}

func wrong(field, format string, args ...any) *FileError {
	return &FileError{Field: field, Expected: fmt.Sprintf(format, args...)}
}

// timeOfDay returns a checked "15:04" as microseconds since midnight.
func timeOfDay(clock string) int64 {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return 0
	}
	return int64(t.Hour())*hour + int64(t.Minute())*60*second
}

// offsetAt is what the zone's clock is ahead of UTC at an instant.
func offsetAt(at time.Time, zone *time.Location) int64 {
	_, seconds := at.In(zone).Zone()
	return int64(seconds) * second
}
