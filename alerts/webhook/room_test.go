package webhook

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func taker(seen *int) *Webhook {
	return New(Options{Secrets: []string{"s"}, Log: slog.New(slog.DiscardHandler), Take: func(body []byte, _ http.Header, _ time.Time) (Delivery, error) {
		*seen = len(body)
		return Delivery{Save: func(context.Context) error { return nil }}, nil
	}})
}

func post(h http.Handler, body io.Reader) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", body)
	r.Header.Set("X-Toban-Token", "s")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Bodies that are never finished fill the room, no more; what comes then is
// asked to come again, and is taken as soon as there is room.
func TestUnfinishedBodiesTakeABoundedRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen int
		h := taker(&seen)
		var ends []*io.PipeWriter
		for range roomFor / step {
			body, end := io.Pipe()
			ends = append(ends, end)
			go post(h, body)
			_, _ = end.Write(make([]byte, step-1))
		}
		if w := post(h, strings.NewReader("{}")); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("without room: %d %s", w.Code, w.Body)
		}
		for _, end := range ends {
			_ = end.CloseWithError(io.ErrUnexpectedEOF)
		}
		synctest.Wait()
		if w := post(h, strings.NewReader("{}")); w.Code != http.StatusOK {
			t.Errorf("with room again: %d %s", w.Code, w.Body)
		}
		if !h.room.free.TryAcquire(roomFor) {
			t.Error("not all room was given back")
		}
	})
}

// A body is whole however large the steps it is read in.
func TestBodiesOfEverySizeAreWhole(t *testing.T) {
	var seen int
	h := taker(&seen)
	for _, n := range []int{1, step - 1, step, step + 1, 3*step + 7, MaxBody} {
		if w := post(h, strings.NewReader(strings.Repeat("x", n))); w.Code != http.StatusOK || seen != n {
			t.Errorf("%d bytes: %d, of which %d were read", n, w.Code, seen)
		}
	}
	if w := post(h, strings.NewReader(strings.Repeat("x", MaxBody+1))); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("one byte too many: %d", w.Code)
	}
	if !h.room.free.TryAcquire(roomFor) {
		t.Error("not all room was given back")
	}
}

// As many small bodies as come in a storm are saved together, however slowly.
func TestSmallBodiesWaitForTheDiskTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{Secrets: []string{"s"}, Log: slog.New(slog.DiscardHandler), Take: func([]byte, http.Header, time.Time) (Delivery, error) {
			return Delivery{Save: func(context.Context) error { time.Sleep(5 * time.Second); return nil }}, nil
		}})
		const many = 2000
		codes := make(chan int, many)
		for range many {
			go func() { codes <- post(h, strings.NewReader(`{"id":"1"}`)).Code }()
		}
		refused := 0
		for range many {
			if <-codes != http.StatusOK {
				refused++
			}
		}
		if refused > 0 {
			t.Errorf("%d of %d were refused", refused, many)
		}
	})
}
