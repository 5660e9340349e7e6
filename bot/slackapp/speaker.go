package slackapp

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/outbox"
)

// Outbox knows which messages Slack should show, and remembers which it does.
type Outbox interface {
	// Next returns, of each destination not in busy that has a message out of
	// date and due, its most urgent one; the most urgent destinations first,
	// at most limit. next is when the earliest of those not yet due is; zero: none.
	Next(ctx context.Context, at time.Time, busy []string, limit int) (ready []outbox.Ready, next time.Time, err error)
	// Fold puts all alerts and pages that wait for a destination, never
	// posted, into one storm message.
	Fold(ctx context.Context, to string, at time.Time) (storm string, err error)
	// Shown notes that Slack shows revision rev at (channel, ts).
	Shown(ctx context.Context, id, channel, ts string, rev int) error
	// Later has a message tried again at due.
	Later(ctx context.Context, id string, due time.Time, why string) error
	// GiveUp notes that Slack refuses a message for good.
	GiveUp(ctx context.Context, id string, why string) error
	// Posted says where a message stands; empty ts: nowhere yet.
	Posted(ctx context.Context, id string) (channel, ts string, err error)
	// Unposted returns what was never posted to a destination.
	Unposted(ctx context.Context, to string) ([]outbox.Message, error)
}

// Leases let one replica speak at a time.
type Leases interface {
	// Lease takes or renews the lease called name until now+ttl and reports
	// whether holder has it.
	Lease(ctx context.Context, name, holder string, now time.Time, ttl time.Duration) (held bool, err error)
	Release(ctx context.Context, name, holder string) error
}

// Rendered is what a view drew of the saved state.
type Rendered struct {
	Text      string
	Blocks    []slack.Block
	Broadcast bool // of a message in a thread: show it in the channel too
}

// Render draws a message from the state that is saved now. ok is false when
// there is nothing to show any more.
type Render func(ctx context.Context, m outbox.Message) (r Rendered, ok bool, err error)

// Refusal tells that Slack refuses for good a message that nobody has seen, so
// that somebody else is told. After an error it is told again.
type Refusal func(ctx context.Context, m outbox.Message, why string) error

// Speaking is what a [Speaker] needs.
type Speaking struct {
	API    *API
	Outbox Outbox
	Leases Leases
	Wake   <-chan struct{} // something was saved
	Render Render
	Refuse Refusal
	// Channel finds the id of a "#name", to look into its history; nil: cannot.
	Channel func(ctx context.Context, name string) (id string, err error)
	Log     *slog.Logger
}

// A Speaker makes Slack match the saved state. It speaks to different
// destinations side by side and to each in order; it never says a thing twice
// because an answer was lost.
type Speaker struct {
	Speaking
	holder  string
	done    chan *destination
	recent  recent
	pokes   chan struct{}
	workers sync.WaitGroup

	// The loop in Run alone uses these.
	places map[string]*destination
	urgent int // workers that say what somebody waits for
	others int // workers that edit and tell

	mu     sync.Mutex
	lease  lease
	paused time.Time // Slack does not accept the token: not before
	status SpeakerStatus
}

// SpeakerStatus is what /readyz tells of the Speaker.
type SpeakerStatus struct {
	Speaking bool // this replica is the one that speaks
	Since    time.Time
	Trouble  string // the last thing that stopped it, for people; empty while all is well
	At       time.Time
}

const (
	mostWorkers = 8                      // destinations spoken to side by side
	mostOthers  = 6                      // of them, for what nobody waits for
	batch       = 64                     // destinations asked for at a time
	sweep       = time.Second            // the net under Wake
	storeWithin = 5 * time.Second        // how long the store may take
	partWithin  = 6 * time.Second        // how long work in hand may take once we stop
	foldOver    = 3                      // so many may wait to be posted one by one
	foldGap     = 250 * time.Millisecond // between two folds of a destination
	stormQuiet  = 5 * time.Second        // after a fold, everything is folded for so long
	editGap     = 400 * time.Millisecond // between two edits of a message
)

// NewSpeaker returns a Speaker that says nothing until it runs.
func NewSpeaker(s Speaking) *Speaker {
	return &Speaker{
		Speaking: s, holder: rand.Text(), done: make(chan *destination, mostWorkers), pokes: make(chan struct{}, 1),
		places: map[string]*destination{}, status: SpeakerStatus{Since: time.Now()},
	}
}

// Status says whether this replica speaks and what stops it.
func (s *Speaker) Status() SpeakerStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// Run speaks until ctx ends. Then it begins nothing more, finishes what is
// under way, and lets another replica speak.
func (s *Speaker) Run(ctx context.Context) error {
	holding, letGo := context.WithCancel(context.WithoutCancel(ctx))
	defer letGo()
	var leasing sync.WaitGroup
	leasing.Go(func() { s.keepLease(holding) })
	timer := time.NewTimer(sweep)
	defer timer.Stop()
	for ctx.Err() == nil {
		timer.Reset(time.Until(s.dispatch(ctx)))
		select {
		case <-ctx.Done():
		case <-s.Wake:
		case <-s.pokes:
		case d := <-s.done:
			s.ended(d)
		case <-timer.C:
		}
	}
	s.part()
	letGo()
	leasing.Wait()
	return s.release(ctx)
}

// part waits for the work in hand, and ends what takes too long.
func (s *Speaker) part() {
	late := time.AfterFunc(partWithin, s.dropLease)
	defer late.Stop()
	go func() { s.workers.Wait(); close(s.done) }()
	for range s.done {
	}
}

// ended takes a destination back from its worker.
func (s *Speaker) ended(d *destination) {
	d.busy = false
	if d.urgent {
		s.urgent--
	} else {
		s.others--
	}
}

// dispatch gives work to whom it can and says when to look again at the latest.
func (s *Speaker) dispatch(ctx context.Context) time.Time {
	now := time.Now()
	again := now.Add(sweep)
	term, ok := s.term()
	if !ok {
		return again
	}
	if until := s.pausedUntil(); until.After(now) {
		return soonest(again, until)
	}
	busy := s.busy()
	for s.urgent+s.others < mostWorkers {
		ready, next, err := s.next(ctx, now, busy)
		if err != nil {
			s.trouble("the messages to send cannot be read: "+err.Error(), err)
			return again
		}
		again = soonest(again, next)
		for _, r := range ready {
			d := s.place(r.To)
			if at := s.quietUntil(d, r, now); at.After(now) {
				again = soonest(again, at)
			} else if s.room(r) {
				again = soonest(again, s.begin(term, d, r, now))
			}
			busy = append(busy, r.To)
		}
		if len(ready) < batch {
			break
		}
	}
	return again
}

func (s *Speaker) next(ctx context.Context, now time.Time, busy []string) ([]outbox.Ready, time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	return s.Outbox.Next(ctx, now, busy, batch)
}

// room keeps workers free for what somebody waits for.
func (s *Speaker) room(r outbox.Ready) bool {
	if waitedFor(r.Message) {
		return s.urgent+s.others < mostWorkers
	}
	return s.others < mostOthers && s.urgent+s.others < mostWorkers
}

func waitedFor(m outbox.Message) bool { return m.TS == "" && m.Urgency <= outbox.Noting }

// begin has a worker attend to d, if Slack's limits let it speak now. If not,
// it says when they may.
func (s *Speaker) begin(t term, d *destination, r outbox.Ready, now time.Time) (again time.Time) {
	if !d.folds(r, now) {
		if d.slot, again = s.API.pace.Try(s.calling(r)); d.slot == nil {
			return again
		}
	}
	d.busy, d.urgent, d.usedAt = true, waitedFor(r.Message), now
	if d.urgent {
		s.urgent++
	} else {
		s.others++
	}
	s.workers.Go(func() {
		s.attend(t, d, r)
		if slot := d.turn(); slot != nil {
			slot.Unused()
		}
		s.done <- d
	})
	return time.Time{}
}

// calling is the call that r needs.
func (s *Speaker) calling(r outbox.Ready) Call {
	if r.TS == "" {
		return s.API.posting(r.To, r.Urgency)
	}
	return Call{Method: updateMethod, Urgency: editUrgency(r.Message)}
}

// quietUntil says how long we leave d alone by our own rules.
func (s *Speaker) quietUntil(d *destination, r outbox.Ready, now time.Time) time.Time {
	switch {
	case d.restUntil.After(now):
		return d.restUntil
	case d.folds(r, now):
		return d.foldedAt.Add(foldGap)
	case r.TS != "":
		return s.recent.at(r.ID).Add(editGap)
	}
	return now
}

// trouble notes what stops the Speaker; well that nothing does.
func (s *Speaker) trouble(words string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status.Trouble != words {
		s.Log.Error("slack speaker: "+words, "err", err)
	}
	s.status.Trouble, s.status.At = words, time.Now()
}

func (s *Speaker) well() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Trouble, s.status.At = "", time.Time{}
}

func (s *Speaker) pause(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = time.Now().Add(d)
}

func (s *Speaker) pausedUntil() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.paused
}

// soonest is the earlier of two instants; a zero one does not count.
func soonest(a, b time.Time) time.Time {
	if b.IsZero() || a.Before(b) {
		return a
	}
	return b
}
