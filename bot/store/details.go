package store

import (
	"context"

	"toban/alerts"
	"toban/alerts/waf"
	"toban/bot/outbox"
)

const alertMessage = `SELECT seq, recipient, ts, storm FROM messages WHERE alert = $1 AND kind = 'alert' ORDER BY seq DESC LIMIT 1`

// WantDetail has an alert's blocked requests broken down in its thread. Asked
// again, the same message is drawn again. It reports false when the alert has
// no message of its own in its channel.
func (db *DB) WantDetail(ctx context.Context, alert string, by waf.Facet) (wanted bool, err error) {
	err = db.update(ctx, func(t *tx) error {
		wanted = false
		if _, err := t.ByAlert(alert); err != nil {
			return err
		}
		known, err := t.context(alert)
		if err != nil {
			return err
		}
		if known == nil || known.WAF == nil {
			return alerts.ErrNotFound
		}
		var seq int64
		var to, ts, storm string
		found, err := t.one([]any{&seq, &to, &ts, &storm}, alertMessage, t.seqOf(alert))
		if err != nil || !found || ts == "" || storm != "" {
			return err
		}
		wanted = true
		return t.show(alert+"/"+string(by), message{
			kind: string(outbox.WAFDetail), subject: alert + "/" + string(by), to: to, thread: messageID(seq), urgency: noting,
		})
	})
	return wanted, err
}
