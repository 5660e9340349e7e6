package slackapp

import (
	"context"
	"sync"
	"testing"
	"time"

	"toban/bot/directory"
)

// shared is a directory that several replicas have.
type shared struct {
	*directory.Memory
	mu      sync.Mutex
	holders map[string]string
}

func (s *shared) Lease(_ context.Context, name, holder string, _ time.Time, _ time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holders[name] == "" {
		s.holders[name] = holder
	}
	return s.holders[name] == holder, nil
}

func (s *shared) Release(_ context.Context, name, holder string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holders[name] == holder {
		delete(s.holders, name)
	}
	return nil
}

// Slack's tempo is for all replicas: one reads a list, and all know it then.
func TestOneReplicaReadsAList(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		store := &shared{Memory: directory.NewMemory(), holders: map[string]string{}}
		first, second := NewDirectoryIn(store, r.api), NewDirectoryIn(store, r.api)
		defer first.Close()
		defer second.Close()
		var reading sync.WaitGroup
		for _, d := range []*Directory{first, second} {
			reading.Go(func() {
				if err := d.List(t.Context(), directory.Person); err != nil {
					t.Error(err)
				}
			})
		}
		reading.Wait()
		if n := r.Stats().Calls["users.list"]; n != 1 {
			t.Errorf("Slack was asked %d times", n)
		}
		if id, err := second.KnownPerson(t.Context(), "@ana"); id == "" || err != nil {
			t.Errorf("the other one knows her as %q, %v", id, err)
		}
	})
}
