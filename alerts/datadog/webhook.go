package datadog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"toban/alerts"
)

// Receiver takes what was decoded and returns once it is safely on disk.
// [alerts.ErrOverload] asks the sender to slow down.
type Receiver interface {
	Receive(context.Context, alerts.Event) error
}

const (
	// maxBody is the largest body that is read.
	maxBody = 1 << 20
	// bodyTime is how long a sender may take over its body.
	bodyTime = 10 * time.Second
	// saveTime leaves Datadog, which waits 15 s, time to hear the answer.
	saveTime = 12 * time.Second
)

// Webhook is the HTTP handler of POST /datadog.
type Webhook struct {
	to     Receiver
	tokens tokens
	log    *slog.Logger
	count  func(status int, took time.Duration)
	bodies sync.Pool
}

// NewWebhook returns a handler that accepts deliveries signed with one of the
// secrets; without any it refuses every one. count, if not nil, is told of
// each answer.
func NewWebhook(to Receiver, secrets []string, log *slog.Logger, count func(status int, took time.Duration)) *Webhook {
	if count == nil {
		count = func(int, time.Duration) {}
	}
	return &Webhook{
		to: to, tokens: hashTokens(secrets), log: log, count: count,
		bodies: sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}
}

// answer is what the sender is told.
type answer struct {
	OK     bool   `json:"ok,omitempty"`
	ID     string `json:"id,omitempty"`
	Error  string `json:"error,omitempty"`
	Hint   string `json:"hint,omitempty"`
	status int
	after  int // seconds until another try makes sense
}

func (h *Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	a := h.take(w, r, began)
	header := w.Header()
	header.Set("Content-Type", "application/json")
	if a.after > 0 {
		header.Set("Retry-After", strconv.Itoa(a.after))
	}
	if a.status == http.StatusMethodNotAllowed {
		header.Set("Allow", http.MethodPost)
	}
	w.WriteHeader(a.status)
	// An answer that cannot be written reaches nobody; the sender will repeat.
	_ = json.NewEncoder(w).Encode(a)
	h.count(a.status, time.Since(began))
}

// take checks the delivery, cheapest first, and hands it over.
func (h *Webhook) take(w http.ResponseWriter, r *http.Request, now time.Time) answer {
	if r.Method != http.MethodPost {
		return answer{status: http.StatusMethodNotAllowed, Error: "only POST is understood here"}
	}
	if !h.tokens.allow(r.Header) {
		h.log.Warn("webhook refused: missing or wrong token", "from", r.RemoteAddr)
		return answer{
			status: http.StatusUnauthorized, Error: "missing or wrong token",
			Hint: "send the shared secret as Authorization: Bearer TOKEN or as X-Toban-Token",
		}
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return unsupported("a compressed body is not understood: " + cut(encoding, 40))
	}
	if r.ContentLength > maxBody {
		return tooLarge()
	}
	buf := h.bodies.Get().(*bytes.Buffer)
	defer h.release(buf)
	if a := readBody(buf, w, r); a.status != 0 {
		return a
	}
	e, err := Decode(buf.Bytes(), r.Header.Get("Content-Type"), now)
	if err != nil {
		h.log.Warn("webhook refused", "err", err, "bytes", buf.Len())
		return refusal(err)
	}
	ctx, cancel := context.WithTimeout(r.Context(), saveTime)
	defer cancel()
	if err := h.to.Receive(ctx, e); err != nil {
		return h.failure(e, err)
	}
	return answer{status: http.StatusOK, OK: true, ID: e.ID}
}

// readBody reads the body within bodyTime, so that a sender who trickles
// bytes does not hold a connection.
func readBody(buf *bytes.Buffer, w http.ResponseWriter, r *http.Request) answer {
	conn := http.NewResponseController(w)
	// Only a real connection has deadlines; others have no slow senders.
	_ = conn.SetReadDeadline(time.Now().Add(bodyTime))
	_, err := buf.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody))
	switch {
	case err == nil:
		_ = conn.SetReadDeadline(time.Time{})
		return answer{}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return answer{status: http.StatusServiceUnavailable, Error: "the body took longer than " + bodyTime.String(), after: 1}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return answer{status: http.StatusBadRequest, Error: "the body ended early", Hint: "send it again"}
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge()
	}
	return answer{status: http.StatusBadRequest, Error: "the body could not be read: " + err.Error()}
}

// release gives buf back, unless a rare huge body has made it too big to keep.
func (h *Webhook) release(buf *bytes.Buffer) {
	if buf.Cap() > 64<<10 {
		return
	}
	buf.Reset()
	h.bodies.Put(buf)
}

func refusal(err error) answer {
	if bad, ok := errors.AsType[*BodyError](err); ok {
		return answer{status: http.StatusBadRequest, Error: bad.Error(), Hint: bad.Hint}
	}
	return unsupported(err.Error())
}

func unsupported(what string) answer {
	return answer{
		status: http.StatusUnsupportedMediaType, Error: what,
		Hint: "send JSON, as Datadog's webhooks do unless told otherwise",
	}
}

func tooLarge() answer {
	return answer{
		status: http.StatusRequestEntityTooLarge, Error: "the body is larger than 1 MiB",
		Hint: "shorten the payload of the webhook: " + templateHint,
	}
}

// failure says that e was not saved. Datadog repeats after a 5xx.
func (h *Webhook) failure(e alerts.Event, err error) answer {
	if errors.Is(err, alerts.ErrOverload) {
		return answer{status: http.StatusTooManyRequests, Error: err.Error(), Hint: "nothing was saved; send it again", after: 1}
	}
	h.log.Error("webhook not saved", "event", e.ID, "monitor", e.Monitor, "err", err)
	return answer{
		status: http.StatusServiceUnavailable, Error: "the event could not be saved",
		Hint: "nothing is lost if it is sent again", after: 5,
	}
}
