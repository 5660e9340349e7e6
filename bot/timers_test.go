package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

func TestATimerWakesWhenDueWhenToldAndAfterTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		wake := make(chan struct{})
		var calls []time.Duration
		trouble := errors.New("store is down")
		work := func(_ context.Context, at time.Time) (time.Time, error) {
			calls = append(calls, at.Sub(start))
			switch len(calls) {
			case 1:
				return start.Add(300 * time.Millisecond), nil
			case 3, 4:
				return time.Time{}, trouble
			}
			return time.Time{}, nil
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan bool)
		go func() {
			runTimer(ctx, slog.New(slog.NewTextHandler(io.Discard, nil)), "test", time.Second, time.Now, wake, work)
			close(ended)
		}()
		time.Sleep(500 * time.Millisecond)
		wake <- struct{}{}
		time.Sleep(4500 * time.Millisecond)
		stop()
		<-ended
		want := []time.Duration{0, 300, 520, 1520, 3520, 4520}
		if len(calls) != len(want) {
			t.Fatalf("called at %v, want %v ms", calls, want)
		}
		for i := range want {
			if calls[i] != want[i]*time.Millisecond {
				t.Errorf("call %d at %v, want %v ms", i, calls[i], int(want[i]))
			}
		}
	})
}

func TestManyWakesAreFewLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wake := make(chan struct{}, 1)
		looks := 0
		work := func(context.Context, time.Time) (time.Time, error) { looks++; return time.Time{}, nil }
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan bool)
		go func() {
			runTimer(ctx, slog.New(slog.DiscardHandler), "test", time.Second, time.Now, wake, work)
			close(ended)
		}()
		time.Sleep(500 * time.Millisecond)
		for range 1000 { // a burst that takes a second
			select {
			case wake <- struct{}{}:
			default:
			}
			time.Sleep(time.Millisecond)
		}
		synctest.Wait()
		if looks < 10 || looks > 12 {
			t.Errorf("looked %d times in 1.5 s, want about one each %v", looks, calm)
		}
		stop()
		<-ended
	})
}
