package slackapp

import (
	"context"
	"time"
)

const (
	leaseName = "speaker"
	leaseFor  = 5 * time.Second
	renewEach = 1500 * time.Millisecond
)

// A term is one unbroken time of holding the lease. Its context ends with it:
// by a timer, and for whoever asks it for its error by the clock, because a
// process that was frozen wakes before its timers fire.
type term struct {
	ctx     context.Context
	number  int
	beganAt time.Time
}

// A lease is what this replica knows of its right to speak.
type lease struct {
	term   term
	end    context.CancelFunc
	until  time.Time   // by our clock, a little before it ends by the store's
	expiry *time.Timer // ends the term when it was not renewed in time
	unsure string      // why it could not be renewed last; empty: it could
}

// over reports whether the lease has run out. A process that sleeps with its
// machine misses that time on one of its two clocks, so both are asked.
func (l lease) over() bool {
	now := time.Now()
	return now.After(l.until) || now.Round(0).After(l.until.Round(0))
}

// termContext is the context of a term; see there.
type termContext struct {
	context.Context
	speaker *Speaker
}

func (c termContext) Err() error {
	c.speaker.term()
	return c.Context.Err()
}

// keepLease takes the lease and renews it until ctx ends.
func (s *Speaker) keepLease(ctx context.Context) {
	t := time.NewTicker(renewEach)
	defer t.Stop()
	for {
		s.renew(ctx)
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

func (s *Speaker) renew(ctx context.Context) {
	asked := time.Now()
	try, cancel := context.WithTimeout(ctx, renewEach)
	defer cancel()
	held, err := s.Leases.Lease(try, leaseName, s.holder, asked, leaseFor)
	switch {
	case ctx.Err() != nil:
	case err != nil: // the term goes on until it would have expired
		s.unsure("the right to speak cannot be renewed: "+err.Error(), err)
	case held:
		s.unsure("", nil)
		s.hold(asked)
	default:
		s.unsure("", nil)
		s.dropLease()
		s.well() // what stopped us is another's now
	}
}

// unsure notes why the lease cannot be renewed, and "" that it could be asked
// for: that alone ends this trouble, whatever else goes well.
func (s *Speaker) unsure(words string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if words != "" && words != s.lease.unsure {
		s.Log.Error("slack speaker: "+words, "err", err)
	}
	s.lease.unsure = words
}

// hold begins or prolongs the term. It ends by our clock before it does by the
// store's, so that two replicas never speak at once.
func (s *Speaker) hold(asked time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endOverdue()
	s.lease.until = asked.Add(leaseFor - renewEach/3)
	left := time.Until(s.lease.until)
	if s.lease.end != nil {
		s.lease.expiry.Reset(left)
		return
	}
	ctx, end := context.WithCancel(context.Background())
	s.lease.term = term{ctx: termContext{ctx, s}, number: s.lease.term.number + 1, beganAt: time.Now()}
	s.lease.end, s.lease.expiry = end, time.AfterFunc(left, s.dropLease)
	s.status.Speaking, s.status.Since = true, time.Now()
	s.Log.Info("slack speaker: this replica speaks now")
	s.poke()
	s.lookLater()
}

// dropLease ends the term: whatever is under way stops.
func (s *Speaker) dropLease() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endTerm()
}

// endOverdue ends a term that nothing has ended in time; s.mu is held.
func (s *Speaker) endOverdue() {
	if s.lease.over() {
		s.endTerm()
	}
}

func (s *Speaker) endTerm() {
	if s.lease.end == nil {
		return
	}
	s.lease.expiry.Stop()
	s.lease.end()
	s.lease.end, s.lease.expiry = nil, nil
	s.status.Speaking, s.status.Since = false, time.Now()
	s.Log.Info("slack speaker: this replica speaks no more")
}

// term returns the running term, if there is one.
func (s *Speaker) term() (term, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endOverdue()
	return s.lease.term, s.lease.end != nil
}

// release lets another replica speak at once.
func (s *Speaker) release(ctx context.Context) error {
	if _, held := s.term(); !held {
		return nil
	}
	s.dropLease()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	return s.Leases.Release(ctx, leaseName, s.holder)
}

// poke has the loop look again.
func (s *Speaker) poke() {
	select {
	case s.pokes <- struct{}{}:
	default:
	}
}
