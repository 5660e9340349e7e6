package enrich

import (
	"context"
	"sync"
	"time"
)

// keepFor is how long an answer serves others who ask the same: long enough
// for a storm, short enough for a deploy that was reported late.
const keepFor = 20 * time.Second

// shared keeps answers for a while, so that forty alerts of one service ask
// once for its deploys, and lets those who ask at the same time wait for one
// answer.
type shared struct {
	mu      sync.Mutex
	answers map[asked]*answer
}

// asked is what an answer is shared for. What pages has answers of its own: the
// budget may have refused others a part of theirs.
type asked struct {
	question string
	urgent   bool
}

type answer struct {
	done  chan struct{}
	value any
	err   error
	at    time.Time
}

// maxShared bounds the answers that are kept.
const maxShared = 256

// ask returns the answer to a question, from get unless it is known. It waits
// for another's until ctx ends.
func ask[T any](ctx context.Context, s *shared, question asked, get func() (T, error)) (T, error) {
	now := time.Now()
	s.mu.Lock()
	a := s.answers[question]
	if a == nil || now.Sub(a.at) > keepFor {
		if len(s.answers) >= maxShared {
			s.forget(now)
		}
		a = &answer{done: make(chan struct{}), at: now}
		s.answers[question] = a
		s.mu.Unlock()
		value, err := get()
		a.value, a.err = value, err
		if err != nil { // the next one who asks tries anew
			s.mu.Lock()
			if s.answers[question] == a {
				delete(s.answers, question)
			}
			s.mu.Unlock()
		}
		close(a.done)
		return value, err
	}
	s.mu.Unlock()
	select {
	case <-a.done:
		value, _ := a.value.(T)
		return value, a.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// forget drops what is too old to serve and, in a storm of questions, the rest
// too. Whoever waits for an answer still gets it.
func (s *shared) forget(now time.Time) {
	for q, a := range s.answers {
		if now.Sub(a.at) > keepFor {
			delete(s.answers, q)
		}
	}
	if len(s.answers) >= maxShared {
		clear(s.answers)
	}
}
