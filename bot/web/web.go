// Package web is Toban's HTTP side: it takes webhooks in and answers those who
// ask whether the bot is well. It decides nothing.
package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Part is one thing the bot needs in order to do its work.
type Part struct {
	Name string
	// Check says what is wrong with the part, in words for a person; nil when
	// it works.
	Check func(ctx context.Context) error
}

// A Remark is what a Check returns of a part that does its work all the same:
// somebody should read it, and nobody be kept from the bot because of it.
type Remark string

func (r Remark) Error() string { return string(r) }

// Routes are the handlers behind the paths of the HTTP side.
type Routes struct {
	Datadog  http.Handler
	Findings http.Handler
	Metrics  http.Handler
	Parts    []Part
}

// Handler serves rs.
func Handler(rs Routes) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/datadog", rs.Datadog)
	mux.Handle("/findings", rs.Findings)
	mux.Handle("GET /metrics", rs.Metrics)
	mux.HandleFunc("GET /healthz", alive)
	mux.Handle("GET /readyz", ready(rs.Parts))
	return mux
}

func alive(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintln(w, "ok")
}

// ready answers 200 when every part works, with a line per part either way.
func ready(parts []Part) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		status, lines := http.StatusOK, ""
		for _, part := range parts {
			err := part.Check(ctx)
			if remark, ok := errors.AsType[Remark](err); ok {
				lines += fmt.Sprintf("%s: ok, but %s\n", part.Name, remark)
			} else if err != nil {
				status = http.StatusServiceUnavailable
				lines += fmt.Sprintf("%s: %v\n", part.Name, err)
			} else {
				lines += part.Name + ": ok\n"
			}
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		fmt.Fprint(w, lines)
	}
}

// Serve answers on l until ctx ends, then lets the requests it has begun
// finish, for at most eight seconds.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve HTTP on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), 8*time.Second)
	defer cancel()
	err := server.Shutdown(finish)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	<-ended
	return err
}
