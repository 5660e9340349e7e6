package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"toban/bot/msg"
)

func TestTheDemoChangesItsLanguage(t *testing.T) {
	l, told := newDemoLanguage(""), 0
	l.tell = func() { told++ }
	if s := l.state(); s["is"] != msg.English || s["chosen"] != false {
		t.Errorf("it begins with %v", s)
	}
	ask := func(kind, body string) int {
		r := httptest.NewRequest(http.MethodPost, "/_demo/language", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		l.ServeHTTP(w, r)
		return w.Code
	}
	ctx, stop := context.WithCancel(t.Context())
	var said []string
	err := l.run(ctx, func(ctx context.Context, language string) error {
		if said = append(said, language); len(said) == 1 {
			for _, refused := range [][2]string{{"text/plain", `{"language":"ja"}`}, {"application/json", `{"language":"de"}`}, {"application/json", `ja`}} {
				if code := ask(refused[0], refused[1]); code != http.StatusBadRequest {
					t.Errorf("%v: %d", refused, code)
				}
			}
			if code := ask("application/json; charset=utf-8", `{"language":"ja"}`); code != http.StatusOK {
				t.Errorf("ja: %d", code)
			}
		} else {
			stop()
		}
		<-ctx.Done()
		return nil
	})
	if err != nil || !slices.Equal(said, []string{msg.English, msg.Japanese}) || told != 1 {
		t.Errorf("the bots spoke %v, the page was told %d times, %v", said, told, err)
	}
	if s := newDemoLanguage(msg.Japanese).state(); s["is"] != msg.Japanese || s["chosen"] != true {
		t.Errorf("--language ja begins with %v", s)
	}
}
