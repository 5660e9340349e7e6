package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"toban/bot/msg"
)

// demoLanguage is what the demo's bot says in channels. The page's switch
// changes it: the bot then ends and starts again with the other language, as a
// team would do.
type demoLanguage struct {
	mu     sync.Mutex
	lang   string
	chosen bool   // by the command line or on the page, and not by default
	again  func() // ends the bot that runs
	tell   func() // tells the page
}

func newDemoLanguage(asked string) *demoLanguage {
	l := &demoLanguage{lang: asked, chosen: asked != "", again: func() {}, tell: func() {}}
	if asked == "" {
		l.lang = msg.English
	}
	return l
}

// state is what the page knows of it.
func (l *demoLanguage) state() map[string]any {
	l.mu.Lock()
	defer l.mu.Unlock()
	return map[string]any{"is": l.lang, "chosen": l.chosen}
}

// run runs the bot for as long as ctx lasts, anew after each change.
func (l *demoLanguage) run(ctx context.Context, bot func(ctx context.Context, language string) error) error {
	for {
		one, end := context.WithCancel(ctx)
		l.mu.Lock()
		language := l.lang
		l.again = end
		l.mu.Unlock()
		err := bot(one, language)
		if one.Err() != nil && errors.Is(err, context.Canceled) {
			err = nil // ended before it had begun
		}
		changed := one.Err() != nil && ctx.Err() == nil
		end()
		if err != nil || !changed {
			return err
		}
	}
}

// lent is a listener that whoever borrows it may close: it stops to accept then,
// and who connects waits for the next one.
type lent struct{ *net.TCPListener }

func lend(l net.Listener) (net.Listener, error) {
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return nil, fmt.Errorf("%T does not listen on TCP", l)
	}
	return lent{tcp}, tcp.SetDeadline(time.Time{})
}

func (l lent) Close() error { return l.SetDeadline(time.Now()) }

// ServeHTTP takes the page's choice. Only JSON is taken: no foreign page can
// send that without asking first.
func (l *demoLanguage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Language string `json:"language"`
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || err != nil || kind != "application/json" {
		err = errors.Join(err, errors.New("a POST of JSON is needed"))
	} else {
		err = json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&ask)
	}
	if err != nil || !slices.Contains([]string{msg.English, msg.Japanese}, ask.Language) {
		http.Error(w, `{"ok":false,"error":"language"}`, http.StatusBadRequest)
		return
	}
	l.choose(ask.Language)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"ok":true}`))
}

func (l *demoLanguage) choose(language string) {
	l.mu.Lock()
	changed := l.lang != language
	l.lang, l.chosen = language, true
	again := l.again
	l.mu.Unlock()
	l.tell()
	if changed {
		again()
	}
}
