package incident

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	dueBatch = 32
	// deedTime is how long one step may take.
	deedTime = 20 * time.Second
	saveTime = 5 * time.Second
	// A step that fails is tried again after a second, then after twice as
	// long each time, and at last every five minutes.
	firstRetry, lastRetry = time.Second, 5 * time.Minute
)

// Due builds the channels of the incidents that are due at an instant, as far
// as Slack lets it, and returns when it is to be called again; zero when
// nothing waits. It waits for Slack, so it runs on its own and not beside
// anything urgent. After ctx has ended it hands its work back at once.
func (m *Manager) Due(ctx context.Context, at time.Time) (next time.Time, err error) {
	begun := time.Now()
	now := func() time.Time { return at.Add(time.Since(begun)) }
	for {
		due, next, err := m.findDue(ctx, now())
		if err != nil {
			return time.Time{}, fmt.Errorf("find incidents that are due: %w", err)
		}
		if len(due) == 0 {
			return next, nil
		}
		var failed []error
		worked := false
		for _, in := range due {
			held, err := m.build(ctx, in.ID, now)
			worked = worked || held
			if err != nil {
				failed = append(failed, fmt.Errorf("build channel of incident %s: %w", in.ID, err))
			}
		}
		if len(failed) > 0 {
			return time.Time{}, errors.Join(failed...)
		}
		if !worked { // another replica is at all of them
			return now().Add(renewEach), nil
		}
	}
}

func (m *Manager) findDue(ctx context.Context, at time.Time) (due []Incident, next time.Time, err error) {
	err = m.Store.Update(ctx, func(tx Tx) (err error) {
		if due, err = tx.DueIncidents(at, dueBatch); err != nil {
			return err
		}
		next, err = tx.NextIncidentDue()
		return err
	})
	return due, next, err
}

// build takes one incident, unless another replica has it, and does its steps
// until one has to wait. Each step is saved after the deed.
func (m *Manager) build(ctx context.Context, id string, now func() time.Time) (held bool, err error) {
	ctx, release, err := m.hold(ctx, "incident/"+id, now)
	if release == nil {
		return false, err
	}
	defer release()
	in, err := m.Get(ctx, id)
	for err == nil && in.isDue(now()) {
		if ctx.Err() != nil {
			return true, context.Cause(ctx)
		}
		result := m.perform(ctx, in)
		if ctx.Err() != nil && result.err != nil {
			return true, context.Cause(ctx)
		}
		if result.err != nil && m.Trouble != nil {
			m.Trouble(fmt.Errorf("incident %s: %s: %w", id, result.step, result.err))
		}
		in, err = m.finish(ctx, in, result, now())
	}
	return true, err
}

// isDue allows for what the store cuts off: it keeps microseconds.
func (in Incident) isDue(at time.Time) bool {
	return !in.NextAt.IsZero() && in.NextAt.Sub(at) < time.Microsecond
}

// finish saves what came of a step, unless the incident moved on meanwhile: a
// severity that changed and wants the topic again, or a replica that took over.
func (m *Manager) finish(ctx context.Context, in Incident, r result, at time.Time) (now Incident, err error) {
	// What was done is saved even while the process ends.
	save, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer cancel()
	err = m.Store.Update(save, func(tx Tx) (err error) {
		if now, err = tx.Incident(in.ID); err != nil || now.Step != in.Step {
			return err
		}
		now = m.after(now, r, at)
		if err := tx.SaveIncident(now); err != nil {
			return err
		}
		return r.record(tx, now, at)
	})
	return now, err
}

func backOff(attempts int) time.Duration {
	wait := firstRetry
	for range attempts - 1 {
		wait = min(2*wait, lastRetry)
	}
	return wait
}
