package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	handlers     = 16                      // envelopes handled at a time
	backlog      = 256                     // envelopes that wait for a handler
	handleWithin = 2500 * time.Millisecond // Slack waits 3 s
)

// A workshop handles envelopes, a few at a time.
type workshop struct {
	handle  Handler
	metrics *Metrics
	log     *slog.Logger
	jobs    chan job
	done    chan struct{}
	running sync.WaitGroup
}

type job struct {
	link     *link
	envelope Envelope
	cameAt   time.Time
}

func newWorkshop(h Handler, m *Metrics, log *slog.Logger) *workshop {
	return &workshop{handle: h, metrics: m, log: log, jobs: make(chan job, backlog), done: make(chan struct{})}
}

func (w *workshop) start(ctx context.Context) {
	for range handlers {
		w.running.Go(func() {
			for {
				select {
				case j := <-w.jobs:
					w.do(ctx, j)
				case <-w.done:
					return
				}
			}
		})
	}
}

// finish lets the handlers go home. The links are closed, so nothing waits.
func (w *workshop) finish(most time.Duration) error {
	close(w.done)
	home := make(chan struct{})
	go func() { w.running.Wait(); close(home) }()
	t := time.NewTimer(most)
	defer t.Stop()
	select {
	case <-home:
		return nil
	case <-t.C:
		return errBusy
	}
}

// offer takes an envelope in hand, or leaves it: what is not acknowledged,
// Slack sends again.
func (w *workshop) offer(l *link, e Envelope) {
	if !l.begin() {
		w.metrics.envelope(typeLabel(e.Type), "left")
		return
	}
	select {
	case w.jobs <- job{l, e, time.Now()}:
	default:
		l.end()
		w.metrics.envelope(typeLabel(e.Type), "overflow")
		w.log.Error("slack socket: too many payloads at once, one is left for Slack to repeat", "envelope", e.ID, "type", e.Type)
	}
}

func (w *workshop) do(ctx context.Context, j job) {
	defer j.link.end()
	e := j.envelope
	outcome := "handled"
	defer func() { w.metrics.envelope(typeLabel(e.Type), outcome) }()
	ctx, cancel := context.WithDeadline(ctx, j.cameAt.Add(handleWithin))
	defer cancel()
	if ctx.Err() != nil {
		outcome = "late" // Slack has given up on it; doing it now would surprise
		w.log.Error("slack socket: a payload waited too long for its turn", "envelope", e.ID, "type", e.Type)
		return
	}
	ack, err := w.guarded(ctx, e)
	if err != nil {
		outcome = "failed"
		w.log.Error("slack socket: payload not handled", "envelope", e.ID, "type", e.Type, "retry", e.RetryAttempt, "err", err)
		return
	}
	if err := j.acknowledge(ack); err != nil {
		outcome = "unacknowledged"
		w.log.Warn("slack socket: saved, and the acknowledgement is lost", "envelope", e.ID, "type", e.Type, "err", err)
	}
}

// guarded runs the handler; a panic of it is an error like any other.
func (w *workshop) guarded(ctx context.Context, e Envelope) (ack any, err error) {
	defer func() {
		if p := recover(); p != nil {
			w.log.Error("slack socket: a handler panicked", "envelope", e.ID, "type", e.Type, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return w.handle(ctx, e)
}

var errBigAck = errors.New("the answer is too big for Slack and was left out")

// acknowledge answers on the connection that brought the envelope. If that is
// gone, it tries the other one; whether Slack takes it there is not documented.
func (j job) acknowledge(ack any) error {
	err := j.link.acknowledge(j.envelope, ack)
	if err == nil || errors.Is(err, errBigAck) {
		return err
	}
	if other := j.link.socket.another(j.link); other != nil {
		return other.acknowledge(j.envelope, ack)
	}
	return err
}

// acknowledge answers on l.
func (l *link) acknowledge(e Envelope, ack any) error {
	var tooBig error
	frame, err := ackFrame(e, ack)
	if err != nil || len(frame) >= maxAck {
		tooBig = errors.Join(errBigAck, err)
		frame, _ = ackFrame(e, nil)
	}
	l.writing.Lock()
	defer l.writing.Unlock()
	_ = l.conn.SetWriteDeadline(time.Now().Add(writeLimit))
	if err := l.conn.WriteMessage(websocket.TextMessage, frame); err != nil {
		return err
	}
	return tooBig
}

func ackFrame(e Envelope, ack any) ([]byte, error) {
	answer := struct {
		EnvelopeID string `json:"envelope_id"`
		Payload    any    `json:"payload,omitempty"`
	}{EnvelopeID: e.ID}
	if e.AcceptsPayload {
		answer.Payload = ack
	}
	return json.Marshal(answer)
}

// begin takes one more envelope in hand, unless the link is closing.
func (l *link) begin() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing {
		return false
	}
	l.inHand++
	return true
}

func (l *link) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inHand--
	if l.closing && l.inHand == 0 {
		close(l.idle)
	}
}

// leave ends the link: what is in hand is acknowledged first, then Slack hears
// goodbye, so that it does not count a connection that is no more. It returns
// when nothing is read any more.
func (l *link) leave(most time.Duration) {
	l.mu.Lock()
	if !l.closing {
		l.closing = true
		if l.inHand == 0 {
			close(l.idle)
		}
	}
	l.mu.Unlock()
	wait(most, l.idle, l.ended)
	l.ending.Do(func() {
		bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		_ = l.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
	})
	wait(closeLimit, l.ended)
	_ = l.conn.Close()
	<-l.ended
}

// wait returns when one of the channels closes, or after most.
func wait(most time.Duration, any ...<-chan struct{}) {
	t := time.NewTimer(most)
	defer t.Stop()
	var ends [3]<-chan struct{} // those that are nil never close
	copy(ends[:], any)
	select {
	case <-ends[0]:
	case <-ends[1]:
	case <-ends[2]:
	case <-t.C:
	}
}

// typeLabel keeps Slack's words of tomorrow out of the metrics.
func typeLabel(t string) string {
	switch t {
	case "events_api", "slash_commands", "interactive":
		return t
	}
	return "other"
}
