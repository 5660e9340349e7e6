package store

import (
	"context"

	"toban/alerts/enrich"
)

// Around returns what is saved about the things that an alert is about.
func (s contextStore) Around(ctx context.Context, a enrich.Around) (known enrich.Known, err error) {
	return known, nil
}
