package incident

import (
	"context"
	"fmt"
)

// listed is how many incidents a list holds at most.
const listed = 50

// Get returns one incident, or ErrNotFound.
func (m *Manager) Get(ctx context.Context, id string) (Incident, error) {
	return m.read(ctx, "incident "+id, func(tx Tx) (Incident, error) { return tx.Incident(id) })
}

// ByChannel returns the incident whose channel it is, or ErrNotFound.
func (m *Manager) ByChannel(ctx context.Context, channel string) (Incident, error) {
	return m.read(ctx, "incident of channel "+channel, func(tx Tx) (Incident, error) { return tx.ByChannel(channel) })
}

func (m *Manager) read(ctx context.Context, what string, do func(Tx) (Incident, error)) (in Incident, err error) {
	err = m.Store.Update(ctx, func(tx Tx) (err error) {
		in, err = do(tx)
		return err
	})
	if err != nil {
		return Incident{}, fmt.Errorf("%s: %w", what, err)
	}
	return in, nil
}

// List returns the newest incidents first, those that are open, or all.
func (m *Manager) List(ctx context.Context, all bool) (list []Incident, err error) {
	err = m.Store.Update(ctx, func(tx Tx) (err error) {
		list, err = tx.List(all, listed)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	return list, nil
}
