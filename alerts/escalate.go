package alerts

import (
	"slices"
	"time"

	"toban/rotation"
)

// OnCall tells who holds the pager of a rotation; "" is nobody.
type OnCall func(rotation string) rotation.PersonID

// Advance walks p to its next step that has somebody to tell and returns it.
// Steps without anybody are skipped at once and said so. When the ladder is
// used up, or a whole walk of it finds nobody, the page becomes unanswered and
// waits for a person.
func (p Page) Advance(policy Policy, onCall OnCall, at time.Time) Page {
	if late := at.Sub(p.NextStepAt); !p.NextStepAt.IsZero() && late > 30*time.Second {
		p.log(Entry{At: at, Did: DidLate, Detail: late.Round(time.Second).String()})
	}
	if p.State == PageSnoozed {
		p.log(Entry{At: at, Did: DidWake})
		p = p.restart()
	}
	p.State = PageTriggered
	for range policy.Steps {
		if p.Step+1 == len(policy.Steps) {
			if p.Round == policy.Repeat {
				break
			}
			p.Round, p.Step = p.Round+1, -1
			p.log(Entry{At: at, Did: DidRepeat})
		}
		p.Step++
		step := policy.Steps[p.Step]
		if p.tell(step, onCall, at) {
			p.NextStepAt = at.Add(step.Wait)
			return p
		}
	}
	return p.exhaust(at)
}

// exhaust ends the climb: nobody answered, and only a person can go on.
func (p Page) exhaust(at time.Time) Page {
	p.State, p.NextStepAt = PageUnanswered, time.Time{}
	p.log(Entry{At: at, Did: DidExhaust})
	return p
}

// tell notes everybody step addresses and reports whether there was anybody.
func (p *Page) tell(step Step, onCall OnCall, at time.Time) bool {
	told := false
	for _, to := range step.Notify {
		who := to.Person
		if to.Rotation != "" {
			who = onCall(to.Rotation)
		}
		switch {
		case to.Channel != "":
			if !slices.Contains(p.Channels, to.Channel) {
				p.Channels = append(slices.Clip(p.Channels), to.Channel)
			}
			p.log(Entry{At: at, Did: DidPage, Detail: to.Channel})
			told = true
		case who == "":
			p.log(Entry{At: at, Did: DidSkip, Detail: to.Rotation})
		default:
			p.Notified = append(slices.Clip(p.Notified), Notice{Person: who, At: at, Step: p.Step})
			p.log(Entry{At: at, Did: DidPage, Who: who})
			told = true
		}
	}
	return told
}

// Escalate moves p to its next step now, because by asked for it. A page that
// has nobody further to tell stays as it is.
func (p Page) Escalate(policy Policy, onCall OnCall, by rotation.PersonID, at time.Time) (Page, Answer) {
	if p.State == PageClosed {
		return p, NotOpen
	}
	if p.State == PageUnanswered || p.Step+1 >= len(policy.Steps) && p.Round >= policy.Repeat {
		return p, NobodyLeft
	}
	p.log(Entry{At: at, Did: DidEscalate, Who: by})
	p.NextStepAt, p.OwnedBy = time.Time{}, ""
	if p.State == PageSnoozed {
		p.State = PageTriggered
	}
	return p.Advance(policy, onCall, at), Done
}

// Undeliverable notes that who could not be told. When nobody told by the
// current step could be, the page is due at once.
func (p Page) Undeliverable(who rotation.PersonID, why string, at time.Time) Page {
	p.Notified = slices.Clone(p.Notified)
	reached := len(p.Channels) > 0
	for i, n := range p.Notified {
		if n.Person == who {
			p.Notified[i].Failed = why
		} else if n.Step == p.Step && n.Failed == "" {
			reached = true
		}
	}
	p.log(Entry{At: at, Did: DidFail, Who: who, Detail: why})
	if p.State == PageTriggered && !reached {
		p.NextStepAt = at
	}
	return p
}
