package enrich

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"toban/alerts"
)

// asking is one look-up's questions to Datadog.
type asking struct {
	l      *Looker
	alert  string
	urgent bool          // somebody is paged
	within time.Duration // how long one question may take

	mu      sync.Mutex
	missing []alerts.Missing
}

// question asks one thing, if the budget allows it.
func question[T any](ctx context.Context, q *asking, get func(context.Context) (T, error)) (T, error) {
	if err := q.may(ctx); err != nil {
		var none T
		return none, err
	}
	return allowed(ctx, q, get)
}

// may takes a question out of the budget.
func (q *asking) may(ctx context.Context) error { return q.l.meter.take(ctx, time.Now(), q.urgent) }

// allowed asks what [asking.may] has allowed.
func allowed[T any](ctx context.Context, q *asking, get func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, q.within)
	defer cancel()
	return get(ctx)
}

// incomplete is the error of an answer that Datadog calls a part of one.
type incomplete string

func (e incomplete) Error() string { return string(e) }

// lacks notes what could not be looked up. The alert says it in a word; whoever
// runs the bot finds the rest in the log, where there is more to say.
func (q *asking) lacks(part string, err error) {
	m := alerts.Missing{Part: part, Why: why(err), Again: time.Now().Add(time.Minute)}
	limit, limited := errors.AsType[RateLimit](err)
	if limited {
		m.Again = limit.Again()
	}
	if _, part := errors.AsType[incomplete](err); !part && !limited && m.Why != "slow" {
		q.l.Trouble(fmt.Errorf("look up %s for alert %s: %w", m.Part, q.alert, err))
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.missing = append(q.missing, m)
}

// why says in a word, where there is one, what went wrong.
func why(err error) string {
	if _, limited := errors.AsType[RateLimit](err); limited {
		return "budget"
	}
	switch text := err.Error(); {
	case errors.Is(err, context.DeadlineExceeded):
		return "slow"
	case errors.Is(err, ErrRefused):
		return "refused"
	case errors.Is(err, ErrDown):
		return "down"
	default:
		return strings.ToValidUTF8(text[:min(len(text), 200)], "")
	}
}

// ErrRefused means that Datadog does not accept the keys for a question.
var ErrRefused = errors.New("refused")

// again is when to look up what is missing; each try waits longer.
func (q *asking) again(tries int, now time.Time) time.Time {
	if len(q.missing) == 0 || tries >= maxTries {
		for i := range q.missing {
			q.missing[i].Again = time.Time{}
		}
		return time.Time{}
	}
	again := now.Add(time.Minute << (2 * (tries - 1))) // 1, 4, 16 minutes
	for i := range q.missing {
		if q.missing[i].Why == "refused" {
			continue
		}
		again = later(again, q.missing[i].Again)
	}
	for i := range q.missing {
		q.missing[i].Again = again
	}
	return again
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
