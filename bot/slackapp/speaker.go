package slackapp

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
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
	// GiveUp notes that a message is not to be shown any more.
	GiveUp(ctx context.Context, id string, why string) error
	// Waiting returns what waits for a destination, at most 1,000, and what its
	// storms stand for that were never posted.
	Waiting(ctx context.Context, to string) ([]outbox.Message, error)
	// Divert keeps messages for a destination that Slack refuses, and has others
	// stand in for them elsewhere.
	Divert(ctx context.Context, d outbox.Diversion, at time.Time) error
	// Reopen has what is owed to a destination shown there after all.
	Reopen(ctx context.Context, to string) error
	// Doubt saves that a message was sent and nobody knows what became of it;
	// times is how often. Doubts returns those to look for, and when the next
	// one is; Looked notes that it was done. A zero next: never.
	Doubt(ctx context.Context, id string, since, lookAt time.Time) (times int, err error)
	Doubts(ctx context.Context, at time.Time) (due []outbox.Doubt, next time.Time, err error)
	Looked(ctx context.Context, id string, next time.Time) error
	// Posted says where a message, or the storm that stands for it, stands; empty
	// ts: nowhere yet. alerts.ErrNotFound: it never will.
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
	Sweep  time.Duration   // looks at least so often, should Wake be lost; 0: each second
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
	late    chan struct{} // lookForLate has something to do
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
	wakeGap     = 20 * time.Millisecond  // between two looks, when a burst is being saved
	storeWithin = 5 * time.Second        // how long the store may take
	partWithin  = 6 * time.Second        // how long work in hand may take once we stop
	foldOver    = 3                      // so many may wait to be posted one by one
	foldGap     = 250 * time.Millisecond // between two folds of a destination
	stormQuiet  = 5 * time.Second        // after a fold, everything is folded for so long
	editGap     = 400 * time.Millisecond // between two edits of a message
	nothingSoon = time.Minute            // where nothing waits or is due for so long, nothing is stopped
)

// NewSpeaker returns a Speaker that says nothing until it runs.
func NewSpeaker(s Speaking) *Speaker {
	s.Sweep = cmp.Or(s.Sweep, sweep)
	return &Speaker{
		Speaking: s, holder: rand.Text(), done: make(chan *destination, mostWorkers), pokes: make(chan struct{}, 1), late: make(chan struct{}, 1),
		places: map[string]*destination{}, status: SpeakerStatus{Since: time.Now()},
	}
}

// Status says whether this replica speaks and what stops it.
func (s *Speaker) Status() SpeakerStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	status := s.status
	status.Trouble = cmp.Or(s.lease.unsure, status.Trouble)
	return status
}

// Run speaks until ctx ends. Then it begins nothing more, finishes what is
// under way, and lets another replica speak.
func (s *Speaker) Run(ctx context.Context) error {
	holding, letGo := context.WithCancel(context.WithoutCancel(ctx))
	defer letGo()
	var leasing sync.WaitGroup
	leasing.Go(func() { s.keepLease(holding) })
	leasing.Go(func() { s.lookForLate(ctx) })
	timer := time.NewTimer(s.Sweep)
	defer timer.Stop()
	var woken time.Time
	for ctx.Err() == nil {
		timer.Reset(time.Until(s.dispatch(ctx)))
		select {
		case <-ctx.Done():
		case <-s.Wake:
			wait(time.Until(woken.Add(wakeGap)), ctx.Done())
			woken = time.Now()
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

// trouble notes what stops the Speaker; well that nothing does. What ends
// because we end, or no longer have the lease, is no trouble.
func (s *Speaker) trouble(words string, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
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
