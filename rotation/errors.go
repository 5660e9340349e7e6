package rotation

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNotFound is what a [Tx] returns for an id that it does not have.
var ErrNotFound = errors.New("not found")

// ErrRepeated means that a request with the same key was carried out before.
// Nothing was done again, and nobody needs to hear of it.
var ErrRepeated = errors.New("already carried out")

// UnknownRotationError means that the rotation was misspelt, or left out where
// not exactly one fits.
type UnknownRotationError struct {
	Rotation   string   // "" if left out
	Candidates []string // to choose from, sorted
}

func (e *UnknownRotationError) Error() string {
	choice := strings.Join(e.Candidates, ", ")
	if e.Rotation == "" {
		return "say which rotation: " + choice
	}
	return fmt.Sprintf("no rotation %q: there is %s", e.Rotation, choice)
}

// SamePersonError means that a swap or a cover names one person twice.
type SamePersonError struct{ User PersonID }

func (e *SamePersonError) Error() string {
	return fmt.Sprintf("%s is the same person on both sides", e.User)
}

// NotMemberError means that somebody has no turns in the rotation.
type NotMemberError struct {
	Rotation string
	User     PersonID
}

func (e *NotMemberError) Error() string {
	return fmt.Sprintf("%s is not a member of %s", e.User, e.Rotation)
}

// NoShiftError means that no shift starts on the date.
type NoShiftError struct {
	Rotation string
	Date     Date
	Shift    *Shift // the one that runs then, nil if none
}

func (e *NoShiftError) Error() string {
	return fmt.Sprintf("no shift of %s starts on %s", e.Rotation, e.Date)
}

// NotYoursError means that somebody would give away a shift that is not, or not
// wholly, theirs.
type NotYoursError struct {
	Rotation string
	Date     Date
	Shift    Shift    // the shift that starts on the date
	User     PersonID // who should have it
	Owner    PersonID // who has it, or part of it
}

func (e *NotYoursError) Error() string {
	return fmt.Sprintf("the %s shift of %s belongs to %s, not %s", e.Date, e.Rotation, e.Owner, e.User)
}

// PastError means that it is too late: the time has begun or is over.
type PastError struct {
	Rotation string
	Span     Span
}

func (e *PastError) Error() string {
	return fmt.Sprintf("too late: %s from %s to %s has begun or is over", e.Rotation, stamp(e.Span.Start), stamp(e.Span.End))
}

// FarError means that an override would end later than [OverrideWithin].
type FarError struct{ Span Span }

func (e *FarError) Error() string {
	return fmt.Sprintf("too far ahead: until %s", stamp(e.Span.End))
}

// OverlapError means that the two shifts of a swap share time.
type OverlapError struct{ Mine, Theirs Half }

func (e *OverlapError) Error() string {
	return fmt.Sprintf("the shifts of %s and %s overlap", e.Mine.User, e.Theirs.User)
}

// EmptySpanError means that the end is not after the start (rule 8).
type EmptySpanError struct{ Span Span }

func (e *EmptySpanError) Error() string {
	return fmt.Sprintf("the end %s is not after the start %s", stamp(e.Span.End), stamp(e.Span.Start))
}

// NobodyError means that an override names nobody to be on call.
type NobodyError struct{ Rotation string }

func (e *NobodyError) Error() string { return "say who covers " + e.Rotation }

// NotForYouError means that somebody decides a request that waits for others.
type NotForYouError struct {
	Request SwapRequest
	User    PersonID // who tried
	For     PersonID // whose decision it is
}

func (e *NotForYouError) Error() string {
	return fmt.Sprintf("swap %s waits for %s, not %s", e.Request.ID, e.For, e.User)
}

// AskedError means that the same swap was asked before and waits for an answer.
type AskedError struct{ Request SwapRequest }

func (e *AskedError) Error() string {
	return fmt.Sprintf("swap %s already waits for %s", e.Request.ID, e.Request.Other)
}

// DecidedError means that the request was decided before; it says how.
type DecidedError struct{ Request SwapRequest }

func (e *DecidedError) Error() string {
	text := fmt.Sprintf("swap %s was %s", e.Request.ID, e.Request.State)
	if by := e.Request.DecidedBy(); by != Nobody {
		text += fmt.Sprintf(" by %s", by)
	}
	return text + " at " + stamp(e.Request.DecidedAt)
}

// MovedError means that a shift moved between proposal and acceptance. Nothing
// was swapped, and the request is marked as moved.
type MovedError struct {
	Request SwapRequest
	Was     Half    // as proposed
	Now     Stretch // who has it, or part of it, now
}

func (e *MovedError) Error() string {
	return fmt.Sprintf("swap %s: the shift of %s from %s is with %s now",
		e.Request.ID, e.Was.User, stamp(e.Was.Start), e.Now.OnCall)
}
