package alerts

import (
	"slices"
	"time"

	"toban/rotation"
)

// OnCall tells who holds the pager of a rotation; "" is nobody.
type OnCall func(rotation string) rotation.PersonID

// Advance walks p to its next step that has somebody to tell and returns it.
// Steps without anybody are skipped at once and said so. When the steps are
// used up, or a whole walk of them finds nobody, the page becomes unanswered and
// waits for a person.
func (p Page) Advance(onCall OnCall, at time.Time) Page {
	if late := at.Sub(p.NextStepAt); !p.NextStepAt.IsZero() && late > 30*time.Second {
		p.log(Entry{At: at, Did: DidLate, Detail: late.Round(time.Second).String()})
	}
	switch p.State {
	case PageSnoozed:
		p.log(Entry{At: at, Did: DidWake})
		p = p.restart(at)
	case PageDamped:
		p.log(Entry{At: at, Did: DidSettle})
		p = p.restart(at)
	}
	p.State, p.NextStepAt = PageTriggered, time.Time{}
	for range p.Steps {
		if p.Step+1 >= len(p.Steps) {
			if p.Round >= p.Repeat {
				break
			}
			p.Round, p.Step = p.Round+1, -1
			if p.Reached() {
				p.log(Entry{At: at, Did: DidRepeat})
			}
		}
		p.Step++
		step := p.Steps[p.Step]
		if p.tell(step, onCall, at) {
			p.NextStepAt = at.Add(step.Wait)
			return p
		}
	}
	return p.exhaust(at)
}

// exhaust ends the search: only a person can go on. It says whether people did
// not answer or could not be told at all.
func (p Page) exhaust(at time.Time) Page {
	p.State, p.NextStepAt = PageUnanswered, time.Time{}
	did := DidExhaust
	if !p.Reached() {
		did = DidNobody
	}
	p.log(Entry{At: at, Did: did})
	return p
}

// restart puts a page before its first step again.
func (p Page) restart(at time.Time) Page {
	p.Step, p.Round, p.OwnedBy, p.NextStepAt = -1, 0, "", time.Time{}
	p.SearchAt, p.Covers = at, p.Severity
	return p
}

// on gives p the steps of a policy.
func (p Page) on(policy Policy) Page {
	p.Policy, p.Steps, p.Repeat = policy.Name, policy.Steps, policy.Repeat
	return p
}

// tell notes everybody step addresses and reports whether there was anybody.
func (p *Page) tell(step Step, onCall OnCall, at time.Time) bool {
	told := false
	for _, to := range step.Notify {
		who := person(to, onCall)
		switch {
		case to.Channel != "":
			p.call(to.Channel, at)
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

// person is whom to addresses now, when it is no channel.
func person(to Target, onCall OnCall) rotation.PersonID {
	if to.Rotation != "" {
		return onCall(to.Rotation)
	}
	return to.Person
}

func (p *Page) call(channel string, at time.Time) {
	if !slices.Contains(p.Channels, channel) {
		p.Channels = append(slices.Clip(p.Channels), channel)
	}
	p.Calls = append(slices.Clip(p.Calls), Call{Channel: channel, At: at, Step: p.Step})
	p.log(Entry{At: at, Did: DidPage, Detail: channel})
}

// Escalate moves p now, because by asked for it, to the next step of this round
// that has somebody to tell beside by and those who are being told. A page that
// has nobody further to tell stays as it is.
func (p Page) Escalate(onCall OnCall, by rotation.PersonID, at time.Time) (Page, Answer) {
	if p.State == PageClosed {
		return p, NotOpen
	}
	next := p.further(onCall, by)
	if next < 0 {
		return p, NobodyLeft
	}
	p.log(Entry{At: at, Did: DidEscalate, Who: by})
	p.State, p.Step, p.NextStepAt, p.OwnedBy = PageTriggered, next-1, time.Time{}, ""
	p.Covers = p.Severity
	return p.Advance(onCall, at), Done
}

// further is the step that [Page.Escalate] goes to; -1 when there is none.
func (p Page) further(onCall OnCall, by rotation.PersonID) int {
	told := p.Called()
	for i := p.Step + 1; i < len(p.Steps); i++ {
		for _, to := range p.Steps[i].Notify {
			who := person(to, onCall)
			if to.Channel != "" || who != "" && who != by && !slices.Contains(told, who) {
				return i
			}
		}
	}
	return -1
}
