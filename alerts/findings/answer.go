package findings

import "toban/rotation"

// Answer is what a deed came to.
type Answer struct {
	// Changed is false where the finding was so already, or is done with.
	Changed bool
	// By is who had done it before, where somebody had.
	By rotation.PersonID
}

// InputError says what a person gave that cannot be.
type InputError struct{ Problem Problem }

func (e *InputError) Error() string { return "cannot be: " + string(e.Problem) }

// Problem is what is wrong with an input.
type Problem string

const (
	NoReason   Problem = "no reason"
	LongReason Problem = "the reason is longer than 500 characters"
	NoEnd      Problem = "the end is not in the future"
	FarEnd     Problem = "the end is more than a year away"
	NoPerson   Problem = "nobody is named"
)

// The limits of a suppression.
const (
	MaxReason = 500
	MaxMonths = 12
)
