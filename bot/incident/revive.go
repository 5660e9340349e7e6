package incident

import (
	"context"
	"fmt"
	"time"
)

// Revive has the channels of open incidents tried again that an earlier version
// gave up on. It is called once, at the start.
func (m *Manager) Revive(ctx context.Context, at time.Time) error {
	err := m.Store.Update(ctx, func(tx Tx) error {
		open, err := tx.List(false, listed)
		if err != nil {
			return err
		}
		for _, in := range open {
			if in.Step != Ready || in.Channel != "" || !in.NextAt.IsZero() {
				continue
			}
			in.Step, in.Attempts, in.NextAt = CreateChannel, 0, at
			if err := tx.SaveIncident(in); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("revive incidents without a channel: %w", err)
	}
	return nil
}
