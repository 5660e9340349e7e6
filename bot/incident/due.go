package incident

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	dueBatch = 32
	// deedTime is how long one step may take, lease how long nobody else tries
	// it. The lease is the longer one, so a step that hangs ends before another
	// replica begins it.
	deedTime = 20 * time.Second
	lease    = 30 * time.Second
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
		var due []Incident
		err := m.Store.Update(ctx, func(tx Tx) (err error) {
			if due, err = tx.DueIncidents(now(), dueBatch); err != nil {
				return err
			}
			next, err = tx.NextIncidentDue()
			return err
		})
		if err != nil {
			return time.Time{}, fmt.Errorf("find incidents that are due: %w", err)
		}
		if len(due) == 0 {
			return next, nil
		}
		var failed []error
		for _, in := range due {
			if err := m.walk(ctx, in.ID, now); err != nil {
				failed = append(failed, fmt.Errorf("build channel of incident %s: %w", in.ID, err))
			}
		}
		if len(failed) > 0 {
			return time.Time{}, errors.Join(failed...)
		}
	}
}

// walk takes one incident and does its steps until one has to wait. Each step
// is claimed before and saved after the deed.
func (m *Manager) walk(ctx context.Context, id string, now func() time.Time) error {
	in, held, err := m.claim(ctx, id, now())
	for held && err == nil {
		if ctx.Err() != nil {
			return m.handBack(ctx, in, now())
		}
		result := m.perform(ctx, in)
		if ctx.Err() != nil && result.err != nil {
			return m.handBack(ctx, in, now())
		}
		if result.err != nil && m.Trouble != nil {
			m.Trouble(fmt.Errorf("incident %s: %s: %w", id, in.Step, result.err))
		}
		in, held, err = m.finish(ctx, in, result, now())
	}
	return err
}

// claim keeps other replicas away for the time of a lease. A crash lets the
// lease run out, and then somebody takes the step up again.
func (m *Manager) claim(ctx context.Context, id string, at time.Time) (in Incident, held bool, err error) {
	err = m.Store.Update(ctx, func(tx Tx) (err error) {
		if in, err = tx.Incident(id); err != nil {
			return err
		}
		// The store keeps microseconds; what it found due must be due here too.
		if held = !in.NextAt.IsZero() && in.NextAt.Sub(at) < time.Microsecond; !held {
			return nil
		}
		in.NextAt = leased(at)
		return tx.SaveIncident(in)
	})
	return in, held && err == nil, err
}

// leased is cut to what the store keeps, for it is compared later.
func leased(at time.Time) time.Time { return at.Add(lease).Truncate(time.Microsecond) }

// finish saves what came of in.Step, unless the incident moved on meanwhile: a
// lease that ran out, or a severity that changed and wants the topic again. It
// keeps the claim when the next step can follow at once.
func (m *Manager) finish(ctx context.Context, in Incident, r result, at time.Time) (now Incident, held bool, err error) {
	// What was done is saved even while the process ends.
	save, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer cancel()
	err = m.Store.Update(save, func(tx Tx) (err error) {
		if now, err = tx.Incident(in.ID); err != nil {
			return err
		}
		if now.Step != in.Step || !now.NextAt.Equal(in.NextAt) {
			held = false
			return nil
		}
		now = m.after(now, r, at)
		held = now.NextAt.Equal(leased(at))
		if err := tx.SaveIncident(now); err != nil {
			return err
		}
		return r.record(tx, now, at)
	})
	return now, held && err == nil, err
}

// handBack ends a claim early because the process ends.
func (m *Manager) handBack(ctx context.Context, in Incident, at time.Time) error {
	save, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer cancel()
	err := m.Store.Update(save, func(tx Tx) error {
		now, err := tx.Incident(in.ID)
		if err != nil || now.Step != in.Step || !now.NextAt.Equal(in.NextAt) {
			return err
		}
		now.NextAt = at
		return tx.SaveIncident(now)
	})
	if err != nil {
		return err
	}
	return ctx.Err()
}

func backOff(attempts int) time.Duration {
	wait := firstRetry
	for range attempts - 1 {
		wait = min(2*wait, lastRetry)
	}
	return wait
}
