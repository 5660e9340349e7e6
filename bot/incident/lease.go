package incident

import (
	"context"
	"errors"
	"sync"
	"time"
)

// A lease outlives its renewals by two that fail. A replica that dies holds an
// incident up for leaseFor at most.
const (
	leaseFor  = 5 * time.Second
	renewEach = leaseFor / 3
)

// errLeaseLost ends the work of a replica that was held up for so long that
// another one may have taken over.
var errLeaseLost = errors.New("another replica has taken over")

// hold takes the lease called name and keeps it until release is called. The
// context that it returns ends with the lease. release is nil where another
// replica holds it.
func (m *Manager) hold(ctx context.Context, name string, now func() time.Time) (held context.Context, release func(), err error) {
	mine, err := m.Leases.Lease(ctx, name, m.Holder, now(), leaseFor)
	if err != nil || !mine {
		return ctx, nil, err
	}
	held, lose := context.WithCancelCause(ctx)
	done := make(chan struct{})
	var renewing sync.WaitGroup
	renewing.Go(func() { m.renew(held, name, now, done, lose) })
	return held, func() {
		close(done)
		renewing.Wait()
		lose(nil)
		save, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
		defer cancel()
		_ = m.Leases.Release(save, name, m.Holder) // it runs out by itself
	}, nil
}

func (m *Manager) renew(ctx context.Context, name string, now func() time.Time, done <-chan struct{}, lose func(error)) {
	tick := time.NewTicker(renewEach)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
			// What cannot be renewed now runs out by itself; every step may be
			// done twice, so the work goes on.
			if mine, err := m.Leases.Lease(ctx, name, m.Holder, now(), leaseFor); err == nil && !mine {
				lose(errLeaseLost)
			}
		}
	}
}
