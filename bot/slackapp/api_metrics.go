package slackapp

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics count what passes between Slack and us. A nil *Metrics counts nothing.
type Metrics struct {
	calls     *prometheus.CounterVec
	took      *prometheus.HistogramVec
	sockets   *prometheus.CounterVec
	envelopes *prometheus.CounterVec
	said      *prometheus.CounterVec
}

// NewMetrics registers the counters with r.
func NewMetrics(r prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
		r.MustRegister(c)
		return c
	}
	m := &Metrics{
		calls:     counter("toban_slack_calls_total", "Calls of Slack's Web API by what became of them.", "method", "outcome"),
		sockets:   counter("toban_slack_sockets_total", "Socket Mode connections by how they began or ended.", "outcome"),
		envelopes: counter("toban_slack_envelopes_total", "Socket Mode payloads by type and what became of them.", "type", "outcome"),
		said:      counter("toban_slack_messages_total", "Messages posted and edited, by kind.", "kind", "deed"),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "toban_slack_call_seconds", Help: "How long Slack took to answer.",
			Buckets: []float64{.005, .02, .05, .1, .2, .5, 1, 2, 5, 10},
		}, []string{"method"}),
	}
	r.MustRegister(m.took)
	return m
}

func (m *Metrics) called(method string, f *Fault, took time.Duration) {
	if m == nil {
		return
	}
	outcome := "ok"
	if f != nil {
		outcome = string(f.Kind)
	}
	m.calls.WithLabelValues(method, outcome).Inc()
	m.took.WithLabelValues(method).Observe(took.Seconds())
}

func (m *Metrics) socket(outcome string) {
	if m != nil {
		m.sockets.WithLabelValues(outcome).Inc()
	}
}

func (m *Metrics) envelope(kind, outcome string) {
	if m != nil {
		m.envelopes.WithLabelValues(kind, outcome).Inc()
	}
}

func (m *Metrics) spoke(kind, deed string) {
	if m != nil {
		m.said.WithLabelValues(kind, deed).Inc()
	}
}
