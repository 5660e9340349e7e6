package web

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestReadyNamesThePartThatIsNot(t *testing.T) {
	var trouble error
	h := Handler(Routes{
		Trusted: func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer s" },
		Datadog: http.NotFoundHandler(), Findings: http.NotFoundHandler(), Metrics: http.NotFoundHandler(),
		Parts: []Part{
			{Name: "store", Check: func(context.Context) error { return nil }},
			{Name: "slack", Check: func(context.Context) error { return trouble }, Note: func() string { return "2 connections" }},
		},
	})
	token := "Bearer s"
	ask := func(path string) (int, string) {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Authorization", token)
		h.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	if code, body := ask("/readyz"); code != 200 || body != "store: ok\nslack: ok, 2 connections\n" {
		t.Errorf("all well: %d %q", code, body)
	}
	trouble = errors.New("not connected: Socket Mode is switched off for the app")
	if code, body := ask("/readyz"); code != 503 || !strings.Contains(body, "slack: not connected: Socket Mode is switched off") {
		t.Errorf("Slack gone: %d %q", code, body)
	}
	trouble = errors.New("cannot reach db.internal:5432 as toban")
	token = "Bearer wrong"
	if code, body := ask("/readyz"); code != 503 || strings.Contains(body, "db.internal") || !strings.Contains(body, "slack: not ready") {
		t.Errorf("a stranger reads: %d %q", code, body)
	}
	trouble = Remark("the channel #secret is gone")
	if code, body := ask("/readyz"); code != 200 || strings.Contains(body, "#secret") || !strings.Contains(body, "slack: ok") {
		t.Errorf("a stranger reads: %d %q", code, body)
	}
	if code, _ := ask("/healthz"); code != 200 {
		t.Errorf("alive answers %d while Slack is gone", code)
	}
}

func TestServeFinishesWhatItBegan(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	begun, finish := make(chan bool), make(chan bool)
	served := make(chan error)
	go func() {
		served <- Serve(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			begun <- true
			<-finish
			_, _ = io.WriteString(w, "saved")
		}))
	}()
	answer := make(chan string)
	go func() {
		res, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		answer <- string(body)
	}()
	<-begun
	stop()
	finish <- true
	if got := <-answer; got != "saved" {
		t.Errorf("a request begun before the end got %q", got)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// pipes is a listener whose one connection holds nothing on its way.
type pipes struct{ conns chan net.Conn }

func (p pipes) Accept() (net.Conn, error) {
	if c, ok := <-p.conns; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (p pipes) Close() error   { close(p.conns); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// Who asks and does not read the answer holds a connection for a while, not for
// ever; nor does one who never ends its headers.
func TestNobodyHoldsAConnectionForEver(t *testing.T) {
	for _, ask := range []string{"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "GET /healthz HTTP/1.1\r\nHo"} {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			l := pipes{make(chan net.Conn, 1)}
			theirs, ours := net.Pipe()
			gone := make(chan struct{})
			l.conns <- closing{ours, func() { close(gone) }}
			served := make(chan error)
			go func() { served <- Serve(ctx, l, http.HandlerFunc(alive)) }()
			_, _ = io.WriteString(theirs, ask)
			select {
			case <-gone:
			case <-time.After(time.Minute):
				t.Errorf("%q holds a connection", ask)
			}
			_ = theirs.Close()
			stop()
			<-served
		})
	}
}

type closing struct {
	net.Conn
	told func()
}

func (c closing) Close() error {
	err := c.Conn.Close()
	if c.told != nil {
		c.told()
	}
	return err
}
