package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"toban/fixtures/slack"
)

// storyNet is how the bot, Slack and Datadog reach each other.
type storyNet interface {
	// serve serves a stand-in until end is called. url is the base of its API,
	// dial the way there.
	serve(h http.Handler) (url string, dial dialFunc, end func())
	// listen makes a place for one life of the bot to listen at.
	listen() (net.Listener, dialFunc, error)
	// timed reports whether time passes by itself.
	timed() bool
}

type dialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// storyPipes join everything inside a bubble.
type storyPipes struct{}

func newStoryPipes() storyNet { return storyPipes{} }

func (storyPipes) timed() bool { return true }

func (storyPipes) serve(h http.Handler) (string, dialFunc, func()) {
	wire := slack.Pipe(h)
	return wire.URL(), wire.Dial, func() { _ = wire.Close() }
}

func (storyPipes) listen() (net.Listener, dialFunc, error) {
	l := &pipeListener{calls: make(chan net.Conn), done: make(chan struct{})}
	return l, l.dial, nil
}

// pipeListener listens in memory.
type pipeListener struct {
	calls chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.calls <- there:
		return here, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.calls:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "toban.test" }

// storySockets join everything over loopback.
type storySockets struct{ tb testing.TB }

func newStorySockets(tb testing.TB) storyNet { return storySockets{tb} }

func (storySockets) timed() bool { return false }

func (storySockets) serve(h http.Handler) (string, dialFunc, func()) {
	server := httptest.NewServer(h)
	return server.URL + "/api/", (&net.Dialer{}).DialContext, server.Close
}

func (storySockets) listen() (net.Listener, dialFunc, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, l.Addr().String())
	}
	return l, dial, nil
}

// lifeline is every connection of one life of the bot. Cutting it leaves the
// bot alone in the world, as a kill does.
type lifeline struct {
	net.Listener
	call dialFunc

	mu    sync.Mutex
	cut   bool
	conns []net.Conn
}

var errCut = errors.New("the line is cut")

func (l *lifeline) keep(c net.Conn, err error) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut {
		_ = c.Close()
		return nil, errCut
	}
	l.conns = append(l.conns, c)
	return c, nil
}

// Accept takes a connection in.
func (l *lifeline) Accept() (net.Conn, error) { return l.keep(l.Listener.Accept()) }

func (l *lifeline) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	return l.keep(l.call(ctx, network, addr))
}

func (l *lifeline) cutAll() {
	_ = l.Listener.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = true
	for _, c := range l.conns {
		_ = c.Close()
	}
}
