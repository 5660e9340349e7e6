package datadog

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"toban/alerts"
	"toban/alerts/webhook"
)

// Receiver takes what was decoded and returns once it is safely on disk.
// [alerts.ErrOverload] asks the sender to slow down.
type Receiver interface {
	Receive(context.Context, alerts.Event) error
}

// NewWebhook returns the handler of POST /datadog. It accepts deliveries signed
// with one of the secrets; without any it refuses every one. count, if not nil,
// is told of each answer.
func NewWebhook(to Receiver, secrets []string, log *slog.Logger, count func(status int, took time.Duration)) *webhook.Webhook {
	return webhook.New(webhook.Options{
		Name: "webhook", Secrets: secrets, Log: log, Count: count, Shorten: "shorten the payload of the webhook: " + templateHint,
		Take: func(body []byte, h http.Header, now time.Time) (webhook.Delivery, error) {
			e, err := Decode(body, h.Get("Content-Type"), now)
			if err != nil {
				return webhook.Delivery{}, refusal(err)
			}
			return webhook.Delivery{
				ID: e.ID, Save: func(ctx context.Context) error { return to.Receive(ctx, e) },
				Logs: []any{"event", e.ID, "monitor", e.Monitor},
			}, nil
		},
	})
}

func refusal(err error) error {
	if bad, ok := errors.AsType[*BodyError](err); ok {
		return &webhook.Refusal{Status: http.StatusBadRequest, Text: bad.Error(), Hint: bad.Hint}
	}
	return webhook.Unsupported(err.Error())
}
