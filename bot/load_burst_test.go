package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func burstTitle(i int) string { return fmt.Sprintf("burst-%06d", i) }

// burstBody is a delivery as Datadog writes it, of an alert that is like no
// other. tag steers it through the routes of the config.
func burstBody(i int, tag string) string {
	return fmt.Sprintf(`{"id":"81053322%011d","title":"[P2] [Triggered on {host:h%d}] %s checkout latency is high","body":"%%%%%%\nCustomers wait at the till.\n\n@webhook-toban\n\n**p95 of trace.http.request** over **host:h%d** was **> 1.5** on average during the **last 5m**.\n\n[[Monitor Status](https://app.datadoghq.com/monitors/24100101?from_ts=1796172420000&to_ts=1796173920000&event_id=1)]\n%%%%%%","event_type":"query_alert_monitor","alert_id":"24100101","alert_title":"checkout latency is high","alert_transition":"Triggered","alert_type":"error","alert_status":"p95 was > 1.5","alert_scope":"host:h%d","alert_metric":"trace.http.request","alert_query":"percentile(last_5m):p95:trace.http.request{*} by {host} > 1.5","alert_priority":"P2","alert_cycle_key":"63902258%011d","aggreg_key":"9f0c1d2e3b4a","tags":"env:prod,monitor,service:checkout,%s","hostname":"h%d","link":"https://app.datadoghq.com/event/event?id=81053322%011d","snapshot":"","date":"%d","last_updated":"%d","org_id":"310077","org_name":"Example K.K."}`,
		i, i, burstTitle(i), i, i, i, tag, i, i, time.Now().UnixMilli(), time.Now().UnixMilli())
}

const senders = 16

// A burst sends alerts as Datadog does: what is not answered 2xx is sent again.
type burst struct {
	to       []func() string // addresses of the bots, "" while one is down
	bodies   []string
	again    time.Duration // pause before a delivery is repeated
	accepted atomic.Int64
	refused  atomic.Int64 // answers other than 2xx
	cut      atomic.Int64 // no answer at all

	next   atomic.Int64
	mu     sync.Mutex
	change chan struct{} // closed and replaced after each acceptance
}

func newBurst(n int, tag string, to ...*loadBot) *burst {
	b := &burst{again: 20 * time.Millisecond, change: make(chan struct{})}
	for _, bot := range to {
		b.to = append(b.to, bot.address)
	}
	for i := range n {
		b.bodies = append(b.bodies, burstBody(i, tag))
	}
	return b
}

// send returns when everything is accepted, or ctx has ended.
func (b *burst) send(ctx context.Context) {
	var running sync.WaitGroup
	for range senders {
		running.Go(func() {
			s := &sender{}
			defer s.close()
			for i := int(b.next.Add(1)) - 1; i < len(b.bodies) && ctx.Err() == nil; i = int(b.next.Add(1)) - 1 {
				b.deliver(ctx, s, i)
			}
		})
	}
	running.Wait()
}

// background sends beside the test and is waited for at its end.
func (b *burst) background(tb testing.TB) (all <-chan struct{}) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.send(ctx)
	}()
	tb.Cleanup(func() {
		cancel()
		<-done
	})
	return done
}

// deliver sends one alert, each time to the next bot, until it is accepted.
func (b *burst) deliver(ctx context.Context, s *sender, i int) {
	for try := i; ctx.Err() == nil; try++ {
		status, err := s.post(b.to[try%len(b.to)](), b.bodies[i])
		switch {
		case err != nil:
			b.cut.Add(1)
		case status/100 == 2:
			b.note()
			return
		default:
			b.refused.Add(1)
		}
		select {
		case <-time.After(b.again):
		case <-ctx.Done():
		}
	}
}

func (b *burst) note() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.accepted.Add(1)
	close(b.change)
	b.change = make(chan struct{})
}

// reached returns once n alerts are accepted.
func (b *burst) reached(tb testing.TB, n int) {
	tb.Helper()
	late := time.After(30 * time.Second)
	for {
		b.mu.Lock()
		change := b.change
		b.mu.Unlock()
		if int(b.accepted.Load()) >= n {
			return
		}
		select {
		case <-change:
		case <-late:
			tb.Fatalf("%d alerts are accepted, want %d; %d refused, %d without an answer", b.accepted.Load(), n, b.refused.Load(), b.cut.Load())
		}
	}
}

// sender is an HTTP client that costs next to nothing: it shares the
// processors with what it measures.
type sender struct {
	addr string
	conn net.Conn
	in   *bufio.Reader
}

func (s *sender) close() {
	if s.conn != nil {
		_ = s.conn.Close()
		s.conn = nil
	}
}

func (s *sender) post(addr, body string) (status int, err error) {
	if addr == "" {
		return 0, net.ErrClosed
	}
	if s.conn != nil && s.addr != addr {
		s.close()
	}
	if s.conn == nil {
		if s.conn, err = net.DialTimeout("tcp", addr, time.Second); err != nil {
			s.conn = nil
			return 0, err
		}
		s.addr, s.in = addr, bufio.NewReader(s.conn)
	}
	_ = s.conn.SetDeadline(time.Now().Add(15 * time.Second)) // as long as Datadog waits
	_, err = io.WriteString(s.conn, "POST /datadog HTTP/1.1\r\nHost: toban\r\nContent-Type: application/json\r\nAuthorization: Bearer "+loadToken+
		"\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body)
	if err == nil {
		status, err = s.answer()
	}
	if err != nil {
		s.close()
	}
	return status, err
}

func (s *sender) answer() (status int, err error) {
	length := 0
	for n := 0; ; n++ {
		line, err := s.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		text := strings.TrimRight(string(line), "\r\n")
		switch {
		case n == 0:
			if _, err := fmt.Sscanf(text, "HTTP/1.1 %d", &status); err != nil {
				return 0, err
			}
		case text == "":
			_, err = s.in.Discard(length)
			return status, err
		default:
			if value, ok := strings.CutPrefix(text, "Content-Length: "); ok {
				length, _ = strconv.Atoi(value)
			}
		}
	}
}
