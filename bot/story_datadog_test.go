package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"toban/fixtures/datadog"
)

// fires moves a group of a monitor, and Datadog tells the bot.
func (w *storyWorld) fires(said []string) error {
	monitor, err := strconv.ParseInt(said[0], 10, 64)
	if err != nil {
		return err
	}
	storm, _ := strconv.Atoi(said[3])
	_, err = w.dd.Fire(monitor, strings.TrimPrefix(said[1], "-"), said[2], datadog.Shots{Repeat: times(said[4], 1), Storm: storm})
	return err
}

var storyMillis = regexp.MustCompile(`\{\{ms ([^}]+)\}\}`)

// posts a body of the script to the webhook, which has to take it.
func (w *storyWorld) posts(said []string) error { return w.send("/datadog", said[0]) }

// finds posts a body of the script as a finding or scan result.
func (w *storyWorld) finds(said []string) error { return w.send("/findings", said[0]) }

func (w *storyWorld) send(path, name string) error {
	body, ok := w.script.files[name]
	if !ok {
		return fmt.Errorf("the scenario has no part %q", name)
	}
	body = storyMillis.ReplaceAllStringFunc(body, func(s string) string {
		d, err := time.ParseDuration(storyMillis.FindStringSubmatch(s)[1])
		if err != nil {
			return s
		}
		return strconv.FormatInt(time.Now().Add(d).UnixMilli(), 10)
	})
	transport := &http.Transport{DialContext: w.reachBot}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://toban.test"+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+storyToken)
	resp, err := (&http.Client{Transport: transport, Timeout: storyPatience}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if answer, _ := io.ReadAll(resp.Body); resp.StatusCode/100 != 2 {
		return fmt.Errorf("the webhook answers %s: %s", resp.Status, answer)
	}
	return nil
}

// readyzSays waits until the bot says so of itself.
func (w *storyWorld) readyzSays(said []string) error {
	transport := &http.Transport{DialContext: w.reachBot}
	defer transport.CloseIdleConnections()
	var body string
	for began := time.Now(); time.Since(began) < storyPatience; time.Sleep(time.Second) {
		req, err := http.NewRequest(http.MethodGet, "http://toban.test/readyz", nil)
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer "+storyToken)
		resp, err := (&http.Client{Transport: transport, Timeout: storyPatience}).Do(req)
		if err != nil {
			return err
		}
		answer, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if body = resp.Status + "\n" + string(answer); reads(body, said[0]) {
			return nil
		}
		if !w.net.timed() {
			break
		}
	}
	return fmt.Errorf("it says: %s", body)
}

// slackWasAsked compares how often a method was called since the story began.
func (w *storyWorld) slackWasAsked(said []string) error {
	if most, got := times(said[1], 0), w.Stats().Calls[said[0]]; got > most {
		return fmt.Errorf("%d times, want %d at most", got, most)
	}
	return nil
}

// hasLog puts what the script wrote among Datadog's logs, as its source's.
func (w *storyWorld) hasLog(said []string) error {
	var attributes map[string]any
	if err := json.Unmarshal([]byte(w.script.files[said[0]]), &attributes); err != nil {
		return fmt.Errorf("the log %s: %w", said[0], err)
	}
	w.dd.Log(time.Now(), map[string]string{"source": said[1]}, attributes)
	return nil
}

// givesUp has Datadog cut its next answers about logs short.
func (w *storyWorld) givesUp(said []string) error {
	w.dd.PartialNext(times(said[0], 1))
	return nil
}

// thinks has Datadog take its time over the next questions about logs.
func (w *storyWorld) thinks(said []string) error {
	by, err := time.ParseDuration(said[0])
	w.dd.SlowNext(times(said[1], 1), by)
	return err
}

// logsWereAsked compares how many questions about logs Datadog answered.
func (w *storyWorld) logsWereAsked(said []string) error {
	if n, got := times(said[0], 1), w.dd.Asked(); got != n {
		return fmt.Errorf("datadog was asked %d times, want %d", got, n)
	}
	return nil
}
