package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack/socketmode"
)

const (
	silence    = 30 * time.Second // nothing heard for so long: the connection is dead
	pingEvery  = 10 * time.Second
	writeLimit = 5 * time.Second
	helloLimit = 10 * time.Second
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
	why    leaving       // for whoever keeps the link
	ending sync.Once     // say goodbye once

	writing sync.Mutex

	mu      sync.Mutex
	closing bool // take nothing more
	inHand  int
	idle    chan struct{} // closed when closing and nothing is in hand
}

// connect opens a connection and waits for Slack's hello.
func (s *Socket) connect(ctx context.Context, links *sync.WaitGroup) (*link, error) {
	url, err := s.open(ctx)
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
		if resp != nil {
			return nil, fmt.Errorf("open the socket: %s", resp.Status)
		}
		return nil, fmt.Errorf("open the socket: %w", err)
	}
	l := &link{
		conn: conn, socket: s, hello: make(chan int, 1), left: make(chan leaving, 8),
		pongs: make(chan []byte, 4), ended: make(chan struct{}), idle: make(chan struct{}),
	}
	l.listen(links)
	select {
	case n := <-l.hello:
		s.metrics.socket("hello")
		s.hello(n)
		links.Go(func() { <-l.ended; s.gone() })
		return l, nil
	case why := <-l.left:
		s.metrics.socket(why.metric())
		l.leave(0)
		return nil, &lostError{refusedInstead(why)}
	case <-dial.Done():
		l.leave(0)
		return nil, fmt.Errorf("no hello from Slack: %w", context.Cause(dial))
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
	heard := func() { _ = l.conn.SetReadDeadline(time.Now().Add(silence)) }
	l.conn.SetReadLimit(maxFrame)
	heard()
	l.conn.SetPingHandler(func(data string) error {
		heard()
		select {
		case l.pongs <- []byte(data):
		default: // the newest pongs are on their way
		}
		return nil
	})
	l.conn.SetPongHandler(func(string) error { heard(); return nil })
	links.Go(func() {
		defer close(l.ended)
		l.say(l.read(heard))
	})
	links.Go(l.ping)
}

// read takes frames until the connection ends, and says how. Nothing here
// waits for a handler: pings are answered whatever handlers do.
func (l *link) read(heard func()) leaving {
	for {
		_, frame, err := l.conn.ReadMessage()
		if err != nil {
			_ = l.conn.Close()
			if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
				return reasonSilence
			}
			return reasonCut
		}
		heard()
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

func (l *link) ping() {
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		var err error
		select {
		case <-l.ended:
			return
		case data := <-l.pongs:
			err = l.conn.WriteControl(websocket.PongMessage, data, time.Now().Add(writeLimit))
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
