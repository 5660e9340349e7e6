package slackapp

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"toban/bot/outbox"
)

// strict is a server that counts what comes in any minute, and what comes to
// a channel in any second, at the instant it comes.
type strict struct {
	mu      sync.Mutex
	most    int
	came    []time.Time
	posts   map[string]time.Time
	refused int
}

func (s *strict) take(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	recent := 0
	for _, at := range s.came {
		if now.Sub(at) < time.Minute {
			recent++
		}
	}
	if last, ok := s.posts[channel]; recent >= s.most || ok && channel != "" && now.Sub(last) < time.Second {
		s.refused++
		return
	}
	s.came = append(s.came, now)
	s.posts[channel] = now
}

// delay is how long a request or an answer travels: mostly little, sometimes
// very long.
func delay(r *rand.Rand) time.Duration {
	if r.IntN(20) == 0 {
		return rand.N(8 * time.Second)
	}
	return time.Duration(r.IntN(80)) * time.Millisecond
}

func TestAStrictServerNeverRefuses(t *testing.T) {
	for _, tt := range []struct {
		method   string
		most     int
		channels int
		least    int // calls in five minutes, or we are needlessly slow
	}{
		{"pins.add", 20, 0, 75},
		{updateMethod, 50, 0, 200},
		{"users.info", 100, 0, 400},
		{postMethod, 300, 40, 1200},
		{postMethod, 300, 1, 150},
	} {
		for seed := range uint64(5) {
			synctest.Test(t, func(t *testing.T) {
				p, server := NewPacer(), &strict{most: tt.most, posts: map[string]time.Time{}}
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
				defer cancel()
				var all sync.WaitGroup
				for i := range 60 {
					all.Go(func() {
						r := rand.New(rand.NewPCG(seed, uint64(i)))
						for {
							c := Call{Method: tt.method, Urgency: outbox.Noting}
							if tt.channels > 0 {
								c.Channel = fmt.Sprintf("C%d", i%tt.channels)
							}
							slot, err := p.Take(ctx, c)
							if err != nil {
								return
							}
							time.Sleep(delay(r))
							server.take(c.Channel)
							time.Sleep(delay(r))
							slot.Done("")
						}
					})
				}
				all.Wait()
				if server.refused > 0 || len(server.came) < tt.least {
					t.Errorf("%s to %d channels, seed %d: %d let through and %d refused in 5 minutes, want at least %d and 0",
						tt.method, tt.channels, seed, len(server.came), server.refused, tt.least)
				}
			})
		}
	}
}

func TestTheMostUrgentGoesNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer()
		for range 50 { // the burst is spent
			slot, _ := p.Take(t.Context(), Call{Method: postMethod, Channel: fmt.Sprint(rand.Int())})
			slot.Done("")
		}
		var order []string
		var mu sync.Mutex
		var all sync.WaitGroup
		for i, u := range []outbox.Urgency{outbox.Telling, outbox.Editing, outbox.Noting, outbox.Paging} {
			all.Go(func() {
				slot, err := p.Take(t.Context(), Call{Method: postMethod, Channel: fmt.Sprint(i), Urgency: u})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				order = append(order, fmt.Sprint(u))
				mu.Unlock()
				slot.Done("")
			})
			synctest.Wait()
		}
		all.Wait()
		if got := fmt.Sprint(order); got != "[0 1 2 3]" {
			t.Errorf("went in the order %s, want the page first", got)
		}
	})
}

func TestAChannelThatRestsHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, began := NewPacer(), time.Now()
		slot, _ := p.Take(t.Context(), Call{Method: postMethod, Channel: "C1"})
		slot.Done("")
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				slot, _ := p.Take(t.Context(), Call{Method: postMethod, Channel: "C1"})
				slot.Done("")
			})
		}
		synctest.Wait()
		slot, _ = p.Take(t.Context(), Call{Method: postMethod, Channel: "C2", Urgency: outbox.Telling})
		if d := time.Since(began); d != 0 {
			t.Errorf("the other channel waited %v", d)
		}
		slot.Done("")
		all.Wait()
		if d := time.Since(began); d != 3*PostGap {
			t.Errorf("three more posts took %v, want %v", d, 3*PostGap)
		}
	})
}

func TestOneChannelUnderTwoNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer()
		slot, _ := p.Take(t.Context(), Call{Method: postMethod, Channel: "#alerts"})
		slot.Done("C1") // Slack says which channel that is
		if _, at := p.Try(Call{Method: postMethod, Channel: "C1"}); time.Until(at) != PostGap {
			t.Errorf("the channel is free in %v, want %v", time.Until(at), PostGap)
		}
	})
}

func TestATurnThatWasNotUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer()
		for range 20 { // Slack cannot be reached: that spends nothing
			slot, _ := p.Take(t.Context(), Call{Method: openMethod})
			slot.Unused()
		}
		ctx, cancel := context.WithCancel(t.Context())
		slot, _ := p.Take(ctx, Call{Method: postMethod, Channel: "C1"})
		gaveUp := make(chan error)
		go func() { _, err := p.Take(ctx, Call{Method: postMethod, Channel: "C1"}); gaveUp <- err }()
		synctest.Wait()
		cancel()
		if <-gaveUp == nil || len(p.waiting) > 0 {
			t.Error("whoever gave up still waits")
		}
		slot.Unused()
		if slot, at := p.Try(Call{Method: postMethod, Channel: "C1"}); slot == nil {
			t.Errorf("the channel is free in %v, want now", time.Until(at))
		}
	})
}

func TestWhatIsToldLeavesRoomForPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, began := NewPacer(), time.Now()
		for range 5 {
			slot, _ := p.Take(t.Context(), Call{Method: updateMethod, Urgency: outbox.Telling})
			slot.Done("")
		}
		if slot, _ := p.Try(Call{Method: updateMethod, Urgency: outbox.Telling}); slot != nil {
			t.Error("digests may spend the whole burst")
		}
		for range 5 {
			slot, _ := p.Take(t.Context(), Call{Method: updateMethod, Urgency: outbox.Noting})
			slot.Done("")
		}
		if d := time.Since(began); d != 0 {
			t.Errorf("five pages waited %v behind digests", d)
		}
	})
}

func BenchmarkTake(b *testing.B) {
	p := NewPacer()
	bk := p.bucket("free")
	bk.limit = limit{1 << 20, 1 << 30}
	for b.Loop() {
		slot, _ := p.Take(b.Context(), Call{Method: "free"})
		slot.Unused()
	}
}
