package alerts

import "time"

// hear tells an open page how bad its alert is now. It reports whether the
// search is to begin anew: because this is worse than what was answered or is
// being paged for, because nobody answered and it is said again, or because the
// alert fires again after an end that was never heard of.
func (p Page) hear(now Severity, o Outcome, at time.Time) (Page, bool) {
	p.Severity = now
	switch {
	case now.Worse(p.Covers):
		p.log(Entry{At: at, Did: DidWorsen, Detail: now.than(p.Covers)})
		return p, true
	case p.State == PageAcknowledged && o == Reopened:
		p.log(Entry{At: at, Did: DidReopen})
		return p, true
	}
	return p, p.State == PageUnanswered
}

// than names in what s is worse than t: its level, or else its priority.
func (s Severity) than(t Severity) string {
	if levelRank(s.Level) > levelRank(t.Level) {
		return string(s.Level)
	}
	return string(s.Priority)
}

// start begins the search from the first step of a policy. While a person's
// snooze covers the alert, or it flaps, that waits for its time.
func (p Page) start(a Alert, policy Policy, onCall OnCall, at time.Time) Page {
	p = p.on(policy).restart(at)
	if a.snoozed(at) {
		p.State, p.OwnedBy, p.NextStepAt, p.Covers = PageSnoozed, a.Snooze.By, a.Snooze.Until, a.Snooze.For
		p.log(Entry{At: at, Did: DidHold, Who: a.Snooze.By, Until: a.Snooze.Until})
		return p
	}
	if until := a.dampedUntil(at); !until.IsZero() {
		p.State, p.NextStepAt, p.Covers = PageDamped, until, a.WokenFor
		p.log(Entry{At: at, Did: DidDamp, Until: until})
		return p
	}
	p.State = PageTriggered
	return p.Advance(onCall, at)
}
