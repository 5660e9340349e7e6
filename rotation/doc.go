// Package rotation answers one question: who holds the pager at this instant?
//
// A [Rotation] is what people write down: members, a handoff, edits, swaps and
// overrides. [New] compiles it once into a [Schedule], an immutable value that
// answers for any instant, years ahead or back, without walking there. Nothing
// that answers reads a clock, a database or Slack: every question carries the
// instant it is asked about. Facts that always hold:
//
//   - Spans are half-open, [Start, End): at the handoff instant the incoming
//     person already holds the pager.
//   - An answer is made in layers: the turn of the base rotation, then swaps
//     (oldest first), then overrides in the order they were created.
//   - Instants are kept in whole microseconds of UTC; what is finer is cut off.
//   - The local clock of a zone is read in one place, the steady clock of
//     clock.go, which decides what a missing or a repeated local time means.
//
// The [Planner] is the part that saves: it proposes and decides swaps and
// creates overrides inside transactions of a [Store]. It too is told what time
// it is.
//
// "Rule 3" in a comment is rule 3 of section 3 of the contract.
package rotation
