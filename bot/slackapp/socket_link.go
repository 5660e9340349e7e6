package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack/socketmode"
)

const (
	silence    = 30 * time.Second // no ping from Slack for so long, and the connection is dead, as Slack's own SDKs have it
	pingEvery  = 10 * time.Second // of ours: it keeps the way open, and what answers it proves nothing
	writeLimit = 5 * time.Second
	openLimit  = 5 * time.Second  // for the address of a connection
	helloLimit = 10 * time.Second // from dialling to Slack's hello
	ticketFor  = time.Minute      // how long an address is good for at most
	maxFrame   = 4 << 20
	maxAck     = 20_000 // Slack ignores acknowledgements of 20 KB and more
)

// A link is one connection of Socket Mode.
type link struct {
	conn   *websocket.Conn
	socket *Socket
	hello  chan int      // num_connections, once
	left   chan leaving  // Slack asks for the end, or the connection ended
	pongs  chan []byte   // what Slack's pings want to hear again
	ended  chan struct{} // nothing is read any more
	heard  atomic.Int64  // when Slack last pinged, in Unix nanoseconds
	ending sync.Once     // say goodbye once

	// Under the socket's mutex.
	why        leaving       // why it should go; empty: it serves
	isReplaced bool          // replaced is closed
	replaced   chan struct{} // another has taken its place

	writing sync.Mutex

	mu      sync.Mutex
	closing bool // take nothing more
	inHand  int
	idle    chan struct{} // closed when closing and nothing is in hand
}

// ticketKept is the address of a connection that may not have been used up.
type ticketKept struct {
	url string
	at  time.Time
}

// A dialError is a handshake that failed; kept says that its address cost
// nothing, because it may be used again.
type dialError struct {
	kept bool
	err  error
}

func (e *dialError) Error() string { return "open the socket: " + e.err.Error() }
func (e *dialError) Unwrap() error { return e.err }

// connect opens a connection and waits for Slack's hello.
func (s *Socket) connect(ctx context.Context, links *sync.WaitGroup) (*link, error) {
	url, again, err := s.address(ctx)
	if err != nil {
		return nil, err
	}
	dial, cancel := context.WithTimeout(ctx, helloLimit)
	defer cancel()
	conn, resp, err := s.dialer.DialContext(dial, url, nil)
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close()
	}
	if err != nil {
		s.metrics.socket("failed")
		kept := resp == nil || resp.StatusCode >= http.StatusInternalServerError
		if resp != nil {
			err = errors.New(resp.Status)
		}
		if !kept {
			s.ticket = ticketKept{}
			if again {
				return s.connect(ctx, links) // it was used up after all
			}
		}
		return nil, &dialError{kept, err}
	}
	s.ticket = ticketKept{}
	return s.greet(dial, conn, links)
}

// address is where to connect to. Slack gives few addresses a minute, so one
// that could not be used is tried again.
func (s *Socket) address(ctx context.Context) (url string, again bool, err error) {
	if s.ticket.url != "" && time.Since(s.ticket.at) < ticketFor {
		return s.ticket.url, true, nil
	}
	ctx, cancel := context.WithTimeout(ctx, openLimit)
	defer cancel()
	url, err = s.open(ctx)
	if fault, ok := errors.AsType[*Fault](err); !ok || fault.Kind != Unsent {
		s.mu.Lock()
		s.back.spend(time.Now())
		s.mu.Unlock()
	}
	s.ticket = ticketKept{url, time.Now()}
	return url, false, err
}

// greet waits for Slack's hello on a new connection.
func (s *Socket) greet(ctx context.Context, conn *websocket.Conn, links *sync.WaitGroup) (*link, error) {
	l := &link{
		conn: conn, socket: s, hello: make(chan int, 1), left: make(chan leaving, 8), replaced: make(chan struct{}),
		pongs: make(chan []byte, 4), ended: make(chan struct{}), idle: make(chan struct{}),
	}
	l.listen(links)
	select {
	case n := <-l.hello:
		s.metrics.socket("hello")
		s.hello(l, n)
		return l, nil
	case why := <-l.left:
		s.metrics.socket(why.metric())
		l.leave(0)
		return nil, &lostError{refusedInstead(why)}
	case <-ctx.Done():
		l.leave(0)
		return nil, fmt.Errorf("no hello from Slack: %w", context.Cause(ctx))
	}
}

// refusedInstead reads any end before the hello as a refusal, so that the next
// try waits.
func refusedInstead(why leaving) leaving {
	if why == reasonDisabled {
		return why
	}
	return reasonRefused
}

// listen starts the reader and the pings; both end with the connection. The
// reader never writes: two ends that both wait to be read would wait for ever.
func (l *link) listen(links *sync.WaitGroup) {
	l.conn.SetReadLimit(maxFrame)
	l.heard.Store(time.Now().UnixNano())
	l.conn.SetPingHandler(func(data string) error {
		l.heard.Store(time.Now().UnixNano())
		select {
		case l.pongs <- []byte(data):
		default: // the newest pongs are on their way
		}
		return nil
	})
	links.Go(func() {
		defer close(l.ended)
		l.read()
		l.say(reasonCut)
	})
	links.Go(l.ping)
}

// read takes frames until the connection ends. Nothing here waits for a
// handler: pings are answered whatever handlers do.
func (l *link) read() {
	for {
		_, frame, err := l.conn.ReadMessage()
		if err != nil {
			_ = l.conn.Close()
			return
		}
		l.take(frame)
	}
}

func (l *link) take(frame []byte) {
	var r socketmode.Request
	if err := json.Unmarshal(frame, &r); err != nil {
		l.socket.log.Error("slack socket: unreadable frame", "err", err, "bytes", len(frame))
		return
	}
	switch {
	case r.Type == "hello":
		select {
		case l.hello <- r.NumConnections:
		default:
		}
	case r.Type == "disconnect":
		l.say(leaving(r.Reason))
	case r.EnvelopeID != "":
		l.socket.work.offer(l, Envelope{
			ID: r.EnvelopeID, Type: r.Type, RetryAttempt: r.RetryAttempt, RetryReason: r.RetryReason,
			Payload: r.Payload, AcceptsPayload: r.AcceptsResponsePayload,
		})
	}
}

// say tells whoever keeps the link why it should go.
func (l *link) say(why leaving) {
	select {
	case l.left <- why:
	default:
	}
}

// ping writes pings and pongs, and tells when Slack has not pinged for too long.
func (l *link) ping() {
	t, quiet := time.NewTicker(pingEvery), time.NewTimer(silence)
	defer t.Stop()
	defer quiet.Stop()
	for {
		var err error
		select {
		case <-l.ended:
			return
		case data := <-l.pongs:
			err = l.conn.WriteControl(websocket.PongMessage, data, time.Now().Add(writeLimit))
		case <-quiet.C:
			if left := silence - time.Since(time.Unix(0, l.heard.Load())); left > 0 {
				quiet.Reset(left)
			} else {
				l.say(reasonSilence)
			}
		case <-t.C:
			err = l.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeLimit))
		}
		if err != nil && !errors.Is(err, websocket.ErrCloseSent) {
			_ = l.conn.Close() // the reader ends, and says so
		}
	}
}

// untilLeave waits until the link should be replaced.
func (l *link) untilLeave(ctx context.Context) leaving {
	select {
	case why := <-l.left:
		return why
	case <-ctx.Done():
		return reasonStop
	}
}

// untilRefresh waits until Slack ends a link that has been replaced.
func (l *link) untilRefresh(ctx context.Context, most time.Duration) {
	t := time.NewTimer(most)
	defer t.Stop()
	for {
		select {
		case why := <-l.left:
			if why != reasonWarning {
				return
			}
		case <-l.ended:
			return
		case <-t.C:
			return
		case <-ctx.Done():
			return
		}
	}
}
