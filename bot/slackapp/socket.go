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

// A Socket keeps two Socket Mode connections to Slack, which sends each payload
// over any one of them: the loss of one costs nothing. They are replaced one at
// a time, the new one first.
type Socket struct {
	open    func(ctx context.Context) (url string, err error)
	dialer  *websocket.Dialer
	metrics *Metrics
	log     *slog.Logger
	work    *workshop
	pokes   chan struct{} // something about links has changed
	ticket  ticketKept    // of keep alone

	mu     sync.Mutex
	links  []*link // that have said hello and are not closed, oldest first
	back   backoff
	status SocketStatus
}

// SocketStatus is what /readyz tells of the connections.
type SocketStatus struct {
	Connected   bool      // Slack is heard on one at least
	Alive       int       // on how many Slack is heard
	Since       time.Time // of Connected, or of being without
	Connections int       // of the whole app, as Slack counted at the last hello
	Trouble     string    // the last thing that went wrong, for people; empty while all is well
	TroubleAt   time.Time
	Helpless    bool // only a person can mend it, by what Trouble says
}

const (
	wanted     = 2                      // connections
	crowded    = 8                      // of the ten that Slack allows an app: the rest is for others' first ones
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
		work: newWorkshop(handle, api.access.Metrics, log), pokes: make(chan struct{}, 1),
		status: SocketStatus{Since: time.Now(), Trouble: "not connected yet"},
	}
}

// Status says how the connections are.
func (s *Socket) Status() SocketStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// errBusy means that a handler did not end when it should.
var errBusy = errors.New("handlers were still running when time was up")

// Run keeps the connections until ctx ends. Then it takes nothing more,
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
