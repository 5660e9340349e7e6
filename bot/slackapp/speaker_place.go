package slackapp

import (
	"crypto/sha256"
	"sync"
	"time"

	"toban/bot/outbox"
)

// A destination is what the Speaker remembers of one channel or person. While
// it is busy its worker alone uses it, otherwise the loop alone.
type destination struct {
	to        string
	busy      bool
	urgent    bool
	usedAt    time.Time
	slot      *Slot     // for the call that the worker is about to make
	restUntil time.Time // after a failure
	failures  int       // in a row, of reaching Slack

	foldedAt  time.Time
	foldedFor string // the message that was ready then

	checked int                       // the term in which older messages were looked for
	doubts  map[string]outbox.Message // posts whose answer was lost
	unsure  map[string]bool           // those whose post may still come: looked for before each try
	blindAt time.Time                 // since when looking for them fails
	tries   map[string]int            // failures of a message that may be its own fault
	joined  bool                      // joining was tried
	trial   bool                      // what is said now tells whether the place is open again
}

// place returns the memory of a destination, and forgets long unused ones.
func (s *Speaker) place(to string) *destination {
	d := s.places[to]
	if d == nil {
		if len(s.places) > 2000 {
			for name, p := range s.places {
				if !p.busy && len(p.doubts) == 0 && time.Since(p.usedAt) > time.Hour {
					delete(s.places, name)
				}
			}
		}
		d = &destination{to: to, doubts: map[string]outbox.Message{}, unsure: map[string]bool{}, tries: map[string]int{}}
		s.places[to] = d
	}
	return d
}

// busy names the destinations that have a worker.
func (s *Speaker) busy() []string {
	var out []string
	for to, d := range s.places {
		if d.busy {
			out = append(out, to)
		}
	}
	return out
}

// folds reports whether what waits should go into one storm message rather
// than be said one by one. If the last fold left r as it was, r is said.
func (d *destination) folds(r outbox.Ready, now time.Time) bool {
	most := foldOver
	if !d.foldedAt.IsZero() && now.Sub(d.foldedAt) < stormQuiet {
		most = 0
	}
	loose := r.TS == "" && (r.Kind == outbox.Alert || r.Kind == outbox.Page || r.Kind == outbox.Unanswered)
	return r.Waiting > most && loose && d.foldedFor != r.ID && r.Closed == "" && !r.Trial
}

// turn hands out the slot, once.
func (d *destination) turn() *Slot {
	s := d.slot
	d.slot = nil
	return s
}

// rest keeps away from a destination for a while that doubles with each
// failure.
func (d *destination) rest(most time.Duration) {
	d.failures++
	d.restUntil = time.Now().Add(min(500*time.Millisecond<<min(d.failures-1, 10), most))
}

// recent remembers what was last said, so that nothing is said again that has
// not changed, and nothing is edited many times a second.
type recent struct {
	mu   sync.Mutex
	said map[string]utterance
}

type utterance struct {
	at  time.Time
	sum [sha256.Size]byte
}

const mostRecent = 4096

func (r *recent) at(id string) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.said[id].at
}

func (r *recent) same(id string, content []byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	u, ok := r.said[id]
	return ok && u.sum == sha256.Sum256(content)
}

func (r *recent) note(id string, content []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.said == nil || len(r.said) >= mostRecent {
		r.said = r.younger()
	}
	r.said[id] = utterance{time.Now(), sha256.Sum256(content)}
}

func (r *recent) forget(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.said, id)
}

// younger keeps what was said in the last minute, if that is not too much.
func (r *recent) younger() map[string]utterance {
	out := map[string]utterance{}
	for id, u := range r.said {
		if time.Since(u.at) < time.Minute && len(out) < mostRecent/2 {
			out[id] = u
		}
	}
	return out
}
