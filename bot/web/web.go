// Package web is Toban's HTTP side: it takes webhooks in and answers those who
// ask whether the bot is well. It decides nothing.
package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// Part is one thing the bot needs in order to do its work.
type Part struct {
	Name string
	// Check says what is wrong with the part, in words for a person; nil when
	// it works.
	Check func(ctx context.Context) error
	// Note says more about a part that works; nil: there is no more to say.
	Note func() string
}

func (p Part) note() string {
	if p.Note == nil {
		return ""
	}
	return ", " + p.Note()
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
	// Trusted reports who may read what is wrong with a part; others are told
	// which part it is. nil: nobody.
	Trusted func(*http.Request) bool
}

// Handler serves rs.
func Handler(rs Routes) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/datadog", rs.Datadog)
	mux.Handle("/findings", rs.Findings)
	mux.Handle("GET /metrics", rs.Metrics)
	mux.HandleFunc("GET /healthz", alive)
	mux.Handle("GET /readyz", ready(rs.Parts, rs.Trusted))
	return mux
}

func alive(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintln(w, "ok")
}

// ready answers 200 when every part works, with a line per part either way. What
// is wrong may name hosts, people and channels, so it is for those alone who
// know a token.
func ready(parts []Part, trusted func(*http.Request) bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		detailed := trusted != nil && trusted(r)
		say := func(name, well, detail string) string {
			if detailed {
				return fmt.Sprintf("%s: %s%s\n", name, well, detail)
			}
			return fmt.Sprintf("%s: %s (send the webhook's token to read why)\n", name, cmp.Or(strings.TrimSuffix(well, ", but "), "not ready"))
		}
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		status, lines := http.StatusOK, ""
		for _, part := range parts {
			err := part.Check(ctx)
			if remark, ok := errors.AsType[Remark](err); ok {
				lines += say(part.Name, "ok, but ", string(remark))
			} else if err != nil {
				status = http.StatusServiceUnavailable
				lines += say(part.Name, "", err.Error())
			} else {
				lines += part.Name + ": ok" + part.note() + "\n"
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
		WriteTimeout:      30 * time.Second, // counts from the headers: a delivery is read and saved within it
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
