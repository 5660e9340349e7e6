package slackapp

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/outbox"
	fake "toban/fixtures/slack"
)

// touchy is a Slack that asks for pauses now and then, and notes who does not
// keep to them.
type touchy struct {
	mu      sync.Mutex
	random  *rand.Rand
	asked   map[string]time.Time // when it last said 429, by method
	until   map[string]time.Time
	pauses  int
	calls   int
	tooSoon []string
}

func (s *touchy) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	now, method := time.Now(), r.URL.Path
	if now.After(s.asked[method]) && now.Before(s.until[method]) {
		s.tooSoon = append(s.tooSoon, fmt.Sprintf("%s %v into a pause of %v", method, now.Sub(s.asked[method]), s.until[method].Sub(s.asked[method])))
	}
	if s.random.IntN(4) == 0 {
		rw.Header().Set("Connection", "close") // the next call has to dial
	}
	if s.random.IntN(12) == 0 {
		d := time.Duration(1+s.random.IntN(20)) * time.Second
		s.asked[method], s.until[method] = now, latest(s.until[method], now.Add(d))
		s.pauses++
		rw.Header().Set("Retry-After", fmt.Sprint(int(d.Seconds())))
		rw.WriteHeader(http.StatusTooManyRequests)
		return
	}
	_, _ = fmt.Fprint(rw, `{"ok":true,"channel":"C1","ts":"1.2"}`)
}

func TestNoCallBeginsWithinAPause(t *testing.T) {
	for seed := range uint64(5) {
		synctest.Test(t, func(t *testing.T) {
			server := &touchy{random: rand.New(rand.NewPCG(seed, 1)), asked: map[string]time.Time{}, until: map[string]time.Time{}}
			wire := fake.Pipe(server)
			far := func(ctx context.Context, network, addr string) (net.Conn, error) {
				time.Sleep(rand.N(400 * time.Millisecond)) // a handshake
				return wire.Dial(ctx, network, addr)
			}
			api := NewAPI(Access{BotToken: "xoxb-1", URL: wire.URL(), Dial: far}, NewPacer())
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
			defer cancel()
			var all sync.WaitGroup
			for i := range 30 {
				all.Go(func() {
					r := rand.New(rand.NewPCG(seed, uint64(100+i)))
					for ctx.Err() == nil {
						time.Sleep(time.Duration(r.IntN(1000)) * time.Millisecond)
						touch(ctx, api, r, fmt.Sprintf("C%d", i%15))
					}
				})
			}
			all.Wait()
			time.Sleep(time.Second) // dials that nobody waits for any more
			api.Close()
			_ = wire.Close()
			if len(server.tooSoon) > 0 || server.pauses < 10 || server.calls < 100 {
				t.Errorf("seed %d: %d of %d calls began within one of %d pauses: %v", seed, len(server.tooSoon), server.calls, server.pauses, server.tooSoon)
			}
		})
	}
}

// touch makes one call, as one of those who make them: with a slot that was
// taken a while before, as the Speaker does; in a hurry, as a press does; or as
// it comes.
func touch(ctx context.Context, api *API, r *rand.Rand, channel string) {
	edit := func(ctx context.Context, c *slack.Client) error {
		_, _, _, err := c.UpdateMessageContext(ctx, channel, "1.2", slack.MsgOptionText("x", false))
		return err
	}
	switch r.IntN(4) {
	case 0:
		slot, _ := api.pace.Try(api.posting(channel, outbox.Paging))
		if slot == nil {
			return
		}
		time.Sleep(time.Duration(r.IntN(900)) * time.Millisecond) // it draws
		_, _, _ = api.post(ctx, slot, channel, "", Words{Text: "x"}, outbox.Paging)
	case 1:
		hurry, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		defer cancel()
		_ = api.Call(hurry, updateMethod, edit)
	case 2:
		_ = api.Call(ctx, updateMethod, edit)
	default:
		_, _, _ = api.Post(ctx, channel, "", Words{Text: "x"}, outbox.Noting)
	}
}
