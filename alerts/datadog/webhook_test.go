package datadog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"toban/alerts"
	"toban/alerts/webhook"
)

// bodyTime is how long a sender may take over its body.
const bodyTime = 10 * time.Second

// saved is a Receiver that keeps events in memory, or fails.
type saved struct {
	mu     sync.Mutex
	events []alerts.Event
	err    error
}

func (s *saved) Receive(_ context.Context, e alerts.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.events = append(s.events, e)
	}
	return s.err
}

// take returns what was saved since the last call.
func (s *saved) take() []alerts.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	events := s.events
	s.events = nil
	return events
}

var quiet = slog.New(slog.DiscardHandler)

func request(method, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, "/datadog", strings.NewReader(body))
	r.Header.Set("Content-Type", jsonType)
	r.Header.Set("Authorization", "Bearer new-secret")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Del(headers[i])
		if headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	return r
}

// TestAnswers says what each delivery is answered with, and that nothing but
// an accepted one reaches the receiver.
func TestAnswers(t *testing.T) {
	const good = `{"id":"1","title":"a"}`
	for _, tt := range []struct {
		why    string
		r      *http.Request
		fail   error
		status int
		want   string
	}{
		{"accepted", request("POST", good), nil, 200, `{"ok":true,"id":"1"}`},
		{"the older token during a change", request("POST", good, "Authorization", "Bearer old-secret"), nil, 200, `"ok":true`},
		{"token in our own header", request("POST", good, "Authorization", "", "X-Toban-Token", "new-secret"), nil, 200, `"ok":true`},
		{"no Content-Type", request("POST", good, "Content-Type", ""), nil, 200, `"ok":true`},
		{"a form", request("POST", "id=1&title=a", "Content-Type", "application/x-www-form-urlencoded"), nil, 200, `"ok":true`},
		{"no token", request("POST", good, "Authorization", ""), nil, 401, "missing or wrong token"},
		{"wrong token", request("POST", good, "Authorization", "Bearer new-secre"), nil, 401, "missing or wrong token"},
		{"the whole list as a token", request("POST", good, "Authorization", "Bearer old-secret,new-secret"), nil, 401, "missing or wrong token"},
		{"empty token", request("POST", good, "Authorization", "Bearer "), nil, 401, "missing or wrong token"},
		{"basic authentication", request("POST", good, "Authorization", "Basic new-secret"), nil, 401, "missing or wrong token"},
		{"GET", request("GET", ""), nil, 405, "only POST"},
		{"text", request("POST", good, "Content-Type", "text/plain"), nil, 415, "application/json"},
		{"not even a type", request("POST", good, "Content-Type", ";;"), nil, 415, "application/json"},
		{"compressed", request("POST", good, "Content-Encoding", "gzip"), nil, 415, "compressed"},
		{"too large, said in advance", request("POST", strings.Repeat(" ", webhook.MaxBody+1)), nil, 413, "1 MiB"},
		{"too large, found out", unsized(strings.Repeat(" ", webhook.MaxBody+1)), nil, 413, "1 MiB"},
		{"unreadable", request("POST", "{\n\"title\": oops}"), nil, 400, `"error":"line 2, column 10: invalid character 'o' looking for beginning of value","hint":"`},
		{"empty", request("POST", ""), nil, 400, "the body is empty"},
		{"nothing known", request("POST", "{}"), nil, 400, "names no title"},
		{"overload", request("POST", good), fmt.Errorf("receive: %w", alerts.ErrOverload), 503, "too many events"},
		{"store down", request("POST", good), errors.New("disk full: /var/lib/secret"), 503, "could not be saved"},
		{"store too slow", request("POST", good), context.DeadlineExceeded, 503, "could not be saved"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			to, counted := &saved{err: tt.fail}, 0
			h := NewWebhook(to, []string{"old-secret", " new-secret ", ""}, quiet, func(status int, _ time.Duration) { counted = status })
			w := httptest.NewRecorder()
			h.ServeHTTP(w, tt.r)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) || counted != tt.status {
				t.Errorf("%d (counted %d) %s, want %d %s", w.Code, counted, w.Body, tt.status, tt.want)
			}
			if n := len(to.take()); (n == 1) != (tt.status == 200) {
				t.Errorf("%d events saved", n)
			}
			if retry := w.Header().Get("Retry-After"); (retry != "") != (w.Code == 503) {
				t.Errorf("Retry-After %q", retry)
			}
			if strings.Contains(w.Body.String(), "-secret") || strings.Contains(w.Body.String(), "/var/lib") {
				t.Errorf("the answer tells a secret: %s", w.Body)
			}
		})
	}
}

// unsized is a request whose size is not known before it is read.
func unsized(body string) *http.Request {
	r := request("POST", "")
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), -1
	return r
}

func TestWithoutTokensEverythingIsRefused(t *testing.T) {
	h := NewWebhook(&saved{}, []string{"", " "}, quiet, nil)
	for _, given := range []string{"", " ", "x"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, request("POST", `{"title":"a"}`, "Authorization", "Bearer "+given))
		if w.Code != 401 {
			t.Errorf("token %q: %d", given, w.Code)
		}
	}
}

// pipes is a listener whose connections live in memory, so that time in a
// bubble decides about their deadlines.
type pipes struct{ conns chan net.Conn }

func (p pipes) Accept() (net.Conn, error) {
	c, open := <-p.conns
	if !open {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p pipes) dial() net.Conn {
	ours, theirs := net.Pipe()
	p.conns <- theirs
	return ours
}

func TestSlowSenderIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener, to := pipes{make(chan net.Conn)}, &saved{}
		server := &http.Server{Handler: NewWebhook(to, []string{"s"}, quiet, nil)}
		go server.Serve(listener)

		began := time.Now()
		conn := listener.dial()
		fmt.Fprintf(conn, "POST /datadog HTTP/1.1\r\nHost: x\r\nX-Toban-Token: s\r\nContent-Length: 100\r\n\r\n{")
		said, _ := io.ReadAll(conn)
		if !bytes.Contains(said, []byte("503 Service Unavailable")) || time.Since(began) != bodyTime || len(to.take()) != 0 {
			t.Errorf("after %v: %s", time.Since(began), said)
		}
		close(listener.conns)
		server.Close()
	})
}

// TestSlowStoreIsWaitedFor makes sure that the deadline of reading does not
// cut off a delivery that is being saved.
func TestSlowStoreIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := pipes{make(chan net.Conn)}
		slow := receiverFunc(func(ctx context.Context, _ alerts.Event) error {
			select {
			case <-time.After(bodyTime + time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		server := &http.Server{Handler: NewWebhook(slow, []string{"s"}, quiet, nil)}
		go server.Serve(listener)

		conn := listener.dial()
		body := `{"id":"1","title":"a"}`
		fmt.Fprintf(conn, "POST /datadog HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Toban-Token: s\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		said, _ := io.ReadAll(conn)
		if !bytes.Contains(said, []byte(`{"ok":true,"id":"1"}`)) {
			t.Errorf("%s", said)
		}
		close(listener.conns)
		server.Close()
	})
}

type receiverFunc func(context.Context, alerts.Event) error

func (f receiverFunc) Receive(ctx context.Context, e alerts.Event) error { return f(ctx, e) }

func BenchmarkWebhook(b *testing.B) {
	data := sample(b, "log_alert_without_priority")
	h := NewWebhook(receiverFunc(func(context.Context, alerts.Event) error { return nil }), []string{"new-secret"}, quiet, nil)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			w := httptest.NewRecorder()
			r := httptest.NewRequest("POST", "/datadog", bytes.NewReader(data))
			r.Header.Set("Authorization", "Bearer new-secret")
			h.ServeHTTP(w, r)
			if w.Code != 200 {
				b.Error(w.Code)
			}
		}
	})
}

// BenchmarkOverHTTP sends over loopback connections that are kept, as a
// sender of a burst does; saving takes no time here.
func BenchmarkOverHTTP(b *testing.B) {
	data := sample(b, "log_alert_without_priority")
	h := NewWebhook(receiverFunc(func(context.Context, alerts.Event) error { return nil }), []string{"new-secret"}, quiet, nil)
	server := httptest.NewServer(h)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	defer client.CloseIdleConnections()
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, _ := http.NewRequest("POST", server.URL, bytes.NewReader(data))
			r.Header.Set("Authorization", "Bearer new-secret")
			resp, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
