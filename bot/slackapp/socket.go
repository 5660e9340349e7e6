package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// An Envelope is one payload of Socket Mode: an event, a command or a press.
type Envelope struct {
	ID             string
	Type           string // events_api, slash_commands, interactive
	RetryAttempt   int
	RetryReason    string
	Payload        json.RawMessage
	AcceptsPayload bool // the acknowledgement may carry an answer
}

// A Handler saves what an envelope asks for. The envelope is acknowledged, with
// what the handler returns, once it has returned. After an error it is not: an
// event comes again, and a person is told by Slack that it did not work.
// Handlers run side by side and may see an envelope more than once. Their
// context ends when Slack stops waiting.
type Handler func(ctx context.Context, e Envelope) (ack any, err error)

// A Socket keeps a Socket Mode connection to Slack, or two while one takes
// over from the other.
type Socket struct {
	open    func(ctx context.Context) (url string, err error)
	dialer  *websocket.Dialer
	metrics *Metrics
	log     *slog.Logger
	work    *workshop

	mu     sync.Mutex
	status SocketStatus
	alive  int
}

// SocketStatus is what /readyz tells of the connection.
type SocketStatus struct {
	Connected   bool
	Since       time.Time // of Connected, or of being without
	Connections int       // of the whole app, as Slack counted at the last hello
	Trouble     string    // the last thing that went wrong, for people; empty while all is well
	TroubleAt   time.Time
	Helpless    bool // only a person can mend it, by what Trouble says
}

const (
	stopWithin = 8 * time.Second        // how long work in hand may take once we stop
	lingerFor  = 12 * time.Second       // how long a warned connection may still bring payloads
	settled    = 10 * time.Second       // a connection that lived so long was a good one
	closeLimit = 500 * time.Millisecond // how long Slack may take to answer our close frame
)

// NewSocket returns a socket on the API's workspace that hands envelopes to handle.
func NewSocket(api *API, handle Handler, log *slog.Logger) *Socket {
	d := *api.Dialer()
	d.WriteBufferSize = 2 * maxAck // a split acknowledgement is ignored
	return &Socket{
		open: api.OpenSocket, dialer: &d, metrics: api.access.Metrics, log: log,
		work:   newWorkshop(handle, api.access.Metrics, log),
		status: SocketStatus{Since: time.Now(), Trouble: "not connected yet"},
	}
}

// Status says how the connection is.
func (s *Socket) Status() SocketStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// errBusy means that a handler did not end when it should.
var errBusy = errors.New("handlers were still running when time was up")

// Run keeps the connection until ctx ends. Then it takes nothing more,
// finishes what is in hand and says goodbye to Slack. Its error is nil unless
// something had to be left unfinished.
func (s *Socket) Run(ctx context.Context) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var links sync.WaitGroup
	s.work.start(work)
	s.keep(ctx, &links)
	links.Wait()
	return s.work.finish(time.Second)
}

// keep connects, and connects again, until ctx ends. A connection that Slack
// asks to go, and that still works, stays until another has taken over.
func (s *Socket) keep(ctx context.Context, links *sync.WaitGroup) {
	var back backoff
	var old *link
	for ctx.Err() == nil {
		l, err := s.connect(ctx, links)
		if err != nil {
			back.failed()
			s.pause(ctx, &back, err)
			continue
		}
		if old != nil {
			s.retire(ctx, old, links)
			old = nil
		}
		began := time.Now()
		l.why = l.untilLeave(ctx)
		back.lived(time.Since(began), l.why)
		s.metrics.socket(l.why.metric())
		s.log.Info("slack socket ends", "reason", l.why, "after", time.Since(began).Round(time.Millisecond).String())
		if l.why.inPeace() {
			old = l
			s.pause(ctx, &back, nil)
			continue
		}
		links.Go(func() { l.leave(stopWithin) })
		s.pause(ctx, &back, &lostError{l.why})
	}
	if old != nil {
		old.leave(stopWithin)
	}
}

// retire ends a connection once another has taken over. One that was only
// warned goes on bringing payloads until Slack asks for its end, so that none
// is under way when it closes.
func (s *Socket) retire(ctx context.Context, old *link, links *sync.WaitGroup) {
	links.Go(func() {
		if old.why == reasonWarning {
			old.untilRefresh(ctx, lingerFor)
		}
		old.leave(stopWithin)
	})
}

// pause is the time before the next try. err is why the last one failed; nil
// when all is well.
func (s *Socket) pause(ctx context.Context, back *backoff, err error) {
	if ctx.Err() != nil {
		return
	}
	d := back.next(err)
	if err != nil {
		s.note(err, d)
	}
	wait(d, ctx.Done())
}

func (s *Socket) note(err error, d time.Duration) {
	words, helpless := troubleWords(err)
	s.mu.Lock()
	s.status.Trouble, s.status.TroubleAt, s.status.Helpless = words, time.Now(), helpless
	s.mu.Unlock()
	level := slog.LevelWarn
	if helpless {
		level = slog.LevelError
	}
	s.log.Log(context.Background(), level, "slack socket: "+words, "again_in", d.Round(time.Millisecond).String(), "err", err)
}

// hello notes a new connection; gone one that ended.
func (s *Socket) hello(connections int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alive++
	if !s.status.Connected {
		s.status.Since = time.Now()
	}
	s.status.Connected, s.status.Connections = true, connections
	s.status.Trouble, s.status.TroubleAt, s.status.Helpless = "", time.Time{}, false
}

func (s *Socket) gone() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alive--
	if s.alive == 0 {
		s.status.Connected, s.status.Since = false, time.Now()
	}
}
