package store

import (
	"context"
	"slices"

	"toban/rotation"
)

// OpenSwaps returns the open requests that somebody asked or is asked, oldest
// first. Few are ever open at once, so they are told apart here.
func (db *DB) OpenSwaps(ctx context.Context, person rotation.PersonID) (open []rotation.SwapRequest, err error) {
	err = db.view(ctx, func(t *tx) error {
		open, err = t.swaps(selectSwap + ` WHERE state = 'open' ORDER BY expires_at, seq`)
		return err
	})
	return slices.DeleteFunc(open, func(r rotation.SwapRequest) bool { return r.Asker != person && r.Other != person }), err
}
