package alerts

import "time"

// disorder is how far apart two events may be dated the wrong way around: a
// recovery dated half a second before the last repetition was seen.
const disorder = 5 * time.Second

// late reports whether e tells of a time before what a knows. The dates decide,
// and where they are closer than sources are exact, the cycles: one cycle is
// one firing, from its trigger to its end.
//
// Repetitions say nothing about order. Only a beginning, a change of level or an
// end is an instant that later events are measured by.
func (a Alert) late(e Event) bool {
	since := e.At.Sub(a.said())
	ends, same := e.Transition.Ends(), e.Cycle == a.Cycle && e.Cycle != ""
	switch {
	case ends == a.ended():
		if !ends && a.worsens(e) {
			return since < -disorder // better a page too many
		}
		return since < 0
	case ends && same: // the end of what fires now
		return since < -disorder
	case ends && otherCycle(a, e): // the end of what fired before
		return since < disorder
	case ends:
		return since < 0
	case otherCycle(a, e): // a new firing
		return since < -disorder
	case e.Transition.Repeats(): // of what has ended
		return since < disorder
	}
	return since <= 0
}

// said is the instant that later events are measured by.
func (a Alert) said() time.Time {
	if a.SaidAt.IsZero() { // saved by a version that did not note it
		return a.EventAt
	}
	return a.SaidAt
}

// worsens reports whether e tells of a worse severity than a has.
func (a Alert) worsens(e Event) bool {
	return a.take(e).Severity().Worse(a.Severity())
}

// otherCycle reports whether e is known to belong to another firing than the
// last one of a.
func otherCycle(a Alert, e Event) bool {
	return e.Cycle != "" && a.Cycle != "" && e.Cycle != a.Cycle
}
