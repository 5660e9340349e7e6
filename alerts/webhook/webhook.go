// Package webhook is what all deliveries by HTTP have in common: who may send,
// how much and how slowly, and what they are answered.
//
// 2xx is answered only after what was delivered is on disk; 5xx asks the sender
// to repeat; 4xx says what is wrong with it.
package webhook

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

const (
	// MaxBody is the largest body that is read.
	MaxBody = 1 << 20
	// bodyTime is how long a sender may take over its body.
	bodyTime = 10 * time.Second
	// saveTime leaves the sender, who waits 15 s, time to hear the answer.
	saveTime = 12 * time.Second
)

// Options say what is delivered and by whom.
type Options struct {
	Name    string   // for the log: "webhook", "findings"
	Secrets []string // one of them signs a delivery; without any all are refused
	// Basic also takes the secret as the password of basic authentication.
	Basic bool
	// Shorten tells the sender of too large a body what to do.
	Shorten string
	// Take reads a body and returns what saves it. An error is a [*Refusal].
	Take func(body []byte, h http.Header, now time.Time) (Delivery, error)
	Log  *slog.Logger
	// Count, if not nil, is told of each answer.
	Count func(status int, took time.Duration)
}

// Delivery is something that was understood.
type Delivery struct {
	ID   string // told to the sender
	Save func(context.Context) error
	Logs []any // what the log says of it where it is not saved
}

// Refusal says why a body is not taken.
type Refusal struct {
	Status     int
	Text, Hint string
}

func (e *Refusal) Error() string { return e.Text }

// Webhook is the HTTP handler of deliveries.
type Webhook struct {
	Options
	tokens Tokens
	bodies sync.Pool
	room   *room
}

// New returns a handler.
func New(o Options) *Webhook {
	if o.Count == nil {
		o.Count = func(int, time.Duration) {}
	}
	return &Webhook{Options: o, tokens: NewTokens(o.Secrets), bodies: sync.Pool{New: func() any { return new(bytes.Buffer) }}, room: newRoom()}
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
	if a.status == http.StatusUnauthorized && h.Basic { // SNS sends the password only when asked like this
		header.Set("WWW-Authenticate", `Basic realm="toban"`)
	}
	w.WriteHeader(a.status)
	// An answer that cannot be written reaches nobody; the sender will repeat.
	_ = json.NewEncoder(w).Encode(a)
	h.Count(a.status, time.Since(began))
}

// take checks the delivery, cheapest first, and saves it.
func (h *Webhook) take(w http.ResponseWriter, r *http.Request, now time.Time) answer {
	if r.Method != http.MethodPost {
		return answer{status: http.StatusMethodNotAllowed, Error: "only POST is understood here"}
	}
	if !h.tokens.Allow(r, h.Basic) {
		h.Log.Warn(h.Name+" refused: missing or wrong token", "from", r.RemoteAddr)
		return answer{
			status: http.StatusUnauthorized, Error: "missing or wrong token",
			Hint: "send the shared secret as Authorization: Bearer TOKEN or as X-Toban-Token",
		}
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return Unsupported("a compressed body is not understood: " + short(encoding)).answer()
	}
	if r.ContentLength > MaxBody {
		return h.tooLarge()
	}
	buf := h.bodies.Get().(*bytes.Buffer)
	defer h.release(buf)
	share := h.room.share()
	defer share.giveBack()
	if a := h.readBody(buf, share, w, r); a.status != 0 {
		return a
	}
	d, err := h.Take(buf.Bytes(), r.Header, now)
	if err != nil {
		h.Log.Warn(h.Name+" refused", "err", err, "bytes", buf.Len())
		if refused, ok := errors.AsType[*Refusal](err); ok {
			return refused.answer()
		}
		return answer{status: http.StatusBadRequest, Error: err.Error()}
	}
	ctx, cancel := context.WithTimeout(r.Context(), saveTime)
	defer cancel()
	if err := d.Save(ctx); err != nil {
		return h.failure(d, err)
	}
	return answer{status: http.StatusOK, OK: true, ID: d.ID}
}

func (e *Refusal) answer() answer {
	return answer{status: e.Status, Error: e.Text, Hint: e.Hint}
}

// Unsupported refuses a body that is not JSON.
func Unsupported(what string) *Refusal {
	return &Refusal{
		Status: http.StatusUnsupportedMediaType, Text: what,
		Hint: "send JSON, as Datadog's webhooks do unless told otherwise",
	}
}

func short(s string) string {
	return s[:min(len(s), 40)]
}

// readBody reads the body within bodyTime, so that a sender who trickles
// bytes does not hold a connection.
func (h *Webhook) readBody(buf *bytes.Buffer, share *share, w http.ResponseWriter, r *http.Request) answer {
	conn := http.NewResponseController(w)
	// Only a real connection has deadlines; others have no slow senders.
	_ = conn.SetReadDeadline(time.Now().Add(bodyTime))
	err := share.read(r.Context(), buf, http.MaxBytesReader(w, r.Body, MaxBody))
	switch {
	case err == nil:
		_ = conn.SetReadDeadline(time.Time{})
		return answer{}
	case errors.Is(err, errFull):
		return answer{status: http.StatusServiceUnavailable, Error: "too many deliveries at once", Hint: "nothing was saved; send it again", after: 1}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return answer{status: http.StatusServiceUnavailable, Error: "the body took longer than " + bodyTime.String(), after: 1}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return answer{status: http.StatusBadRequest, Error: "the body ended early", Hint: "send it again"}
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return h.tooLarge()
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

func (h *Webhook) tooLarge() answer {
	return answer{status: http.StatusRequestEntityTooLarge, Error: "the body is larger than 1 MiB", Hint: h.Shorten}
}

// failure says that a delivery was not saved. Senders repeat after a 5xx.
func (h *Webhook) failure(d Delivery, err error) answer {
	if errors.Is(err, alerts.ErrOverload) {
		return answer{status: http.StatusServiceUnavailable, Error: err.Error(), Hint: "nothing was saved; send it again", after: 1}
	}
	if refused, ok := errors.AsType[*Refusal](err); ok {
		h.Log.Warn(h.Name+" refused", "err", err)
		return refused.answer()
	}
	h.Log.Error(h.Name+" not saved", append(d.Logs, "err", err)...)
	return answer{
		status: http.StatusServiceUnavailable, Error: "the event could not be saved",
		Hint: "nothing is lost if it is sent again", after: 5,
	}
}
