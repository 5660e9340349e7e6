package main

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"toban/bot/outbox"
	"toban/bot/slackapp"
)

// metrics hold the two service levels (webhooks answered 2xx; pages visible
// within 5 and 30 seconds of acceptance) and what explains them.
type metrics struct {
	registry *prometheus.Registry
	answers  *prometheus.CounterVec
	intake   prometheus.Histogram
	visible  *prometheus.HistogramVec
	overdue  *prometheus.GaugeVec
	audits   prometheus.Counter
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "toban_webhook_answers_total", Help: "Webhook deliveries by HTTP status of the answer.",
		}, []string{"status"}),
		intake: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "toban_webhook_seconds", Help: "From a delivery to its answer; 2xx only once it is on disk.",
			Buckets: []float64{.002, .005, .01, .02, .05, .1, .5, 1, 5, 15},
		}),
		visible: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "toban_visible_seconds", Help: "From saving something to its first sight in Slack, by kind of message.",
			Buckets: []float64{.01, .05, .1, .5, 1, 2, 5, 10, 30, 60, 300},
		}, []string{"kind"}),
		overdue: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "toban_overdue", Help: "What the auditor found late at its last look: pages whose next step is overdue, messages nobody has seen, and what was accepted and no message shows (lost).",
		}, []string{"what"}),
		audits: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "toban_audits_total", Help: "Looks of the auditor; watch that it grows (a dead man's switch).",
		}),
	}
	m.registry.MustRegister(m.answers, m.intake, m.visible, m.overdue, m.audits,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *metrics) webhook(status int, took time.Duration) {
	m.answers.WithLabelValues(strconv.Itoa(status)).Inc()
	m.intake.Observe(took.Seconds())
}

// watch measures how long what was saved took to become visible.
func (m *metrics) watch(o slackapp.Outbox) slackapp.Outbox {
	return &watched{Outbox: o, metrics: m, posting: map[string]outbox.Message{}}
}

type watched struct {
	slackapp.Outbox
	metrics *metrics

	mu      sync.Mutex
	posting map[string]outbox.Message // taken by the Speaker and never posted before
}

func (w *watched) Next(ctx context.Context, at time.Time, busy []string, limit int) ([]outbox.Ready, time.Time, error) {
	ready, next, err := w.Outbox.Next(ctx, at, busy, limit)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range ready {
		if r.TS == "" && len(w.posting) < mostPosting {
			w.posting[r.ID] = r.Message
		}
	}
	return ready, next, err
}

// mostPosting bounds what watched remembers of messages that are never shown.
const mostPosting = 1024

func (w *watched) Shown(ctx context.Context, id, channel, ts string, rev int) error {
	err := w.Outbox.Shown(ctx, id, channel, ts, rev)
	w.mu.Lock()
	defer w.mu.Unlock()
	if m, ok := w.posting[id]; ok && err == nil {
		w.metrics.visible.WithLabelValues(string(m.Kind)).Observe(time.Since(m.CreatedAt).Seconds())
		delete(w.posting, id)
	}
	return err
}
