package findings

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"toban/rotation"
)

// Acknowledge notes that somebody has a finding: its team is no longer asked.
func (d *Desk) Acknowledge(ctx context.Context, id string, by rotation.PersonID, at time.Time) (Record, Answer, error) {
	return d.deed(ctx, id, "acknowledge", by, at, func(r *Record) (Answer, string, error) {
		if r.State == Acknowledged || r.State.Done() {
			return Answer{By: r.holder()}, "", nil
		}
		r.State, r.Owner = Acknowledged, by
		d.tell(r, WriteBack{Deed: "acknowledge", By: by, At: at}, at)
		return Answer{Changed: true}, "", nil
	})
}

// Assign gives a finding to somebody.
func (d *Desk) Assign(ctx context.Context, id string, by, to rotation.PersonID, at time.Time) (Record, Answer, error) {
	return d.deed(ctx, id, "assign", by, at, func(r *Record) (Answer, string, error) {
		switch {
		case to == rotation.Nobody:
			return Answer{}, "", &InputError{NoPerson}
		case r.State.Done(), r.State == Acknowledged && r.Owner == to:
			return Answer{By: r.holder()}, "", nil
		}
		r.State, r.Owner = Acknowledged, to
		d.tell(r, WriteBack{Deed: "acknowledge", By: by, At: at}, at)
		return Answer{Changed: true}, string(to), nil
	})
}

// Suppress accepts a finding until an instant, for a reason.
func (d *Desk) Suppress(ctx context.Context, id string, by rotation.PersonID, reason string, until, at time.Time) (Record, Answer, error) {
	return d.deed(ctx, id, "suppress", by, at, func(r *Record) (Answer, string, error) {
		reason := strings.TrimSpace(reason)
		switch {
		case reason == "":
			return Answer{}, "", &InputError{NoReason}
		case utf8.RuneCountInString(reason) > MaxReason:
			return Answer{}, "", &InputError{LongReason}
		case !until.After(at):
			return Answer{}, "", &InputError{NoEnd}
		case until.After(at.AddDate(0, MaxMonths, 1)):
			return Answer{}, "", &InputError{FarEnd}
		case r.State.Done(), r.State == Suppressed && r.Reason == reason && r.Until.Equal(until):
			return Answer{By: r.holder()}, "", nil
		}
		r.State, r.Reason, r.Until = Suppressed, reason, until
		d.tell(r, WriteBack{Deed: "suppress", By: by, Reason: reason, Until: until, At: at}, at)
		return Answer{Changed: true}, reason, nil
	})
}

// Fixed notes that somebody says it is mended. Should the source find it again,
// it is open again.
func (d *Desk) Fixed(ctx context.Context, id string, by rotation.PersonID, at time.Time) (Record, Answer, error) {
	return d.deed(ctx, id, "fixed", by, at, func(r *Record) (Answer, string, error) {
		if r.State.Done() {
			return Answer{By: r.holder()}, "", nil
		}
		r.State, r.Until = Fixed, time.Time{}
		d.tell(r, WriteBack{Deed: "resolve", By: by, At: at}, at)
		return Answer{Changed: true}, "", nil
	})
}

// holder is who did what made the record as it is.
func (r *Record) holder() rotation.PersonID {
	if r.State == Acknowledged && r.Owner != "" {
		return r.Owner
	}
	return r.By
}

// deed lets do change a record and saves it with the record of who did it.
func (d *Desk) deed(ctx context.Context, id, did string, by rotation.PersonID, at time.Time, do func(*Record) (Answer, string, error)) (r Record, a Answer, err error) {
	err = d.Store.Update(ctx, func(tx Tx) error {
		if r, err = tx.Finding(id); err != nil {
			return err
		}
		var detail string
		if a, detail, err = do(&r); err != nil || !a.Changed {
			return err
		}
		r.By, r.NudgeAt = by, time.Time{}
		r.log(at, did, by, detail)
		if err := tx.Audit(rotation.Audit{At: at, Who: by, Did: "finding." + did, Subject: id, Detail: detail}); err != nil {
			return err
		}
		return tx.SaveFinding(r)
	})
	return r, a, err
}

// tell queues what the source is to be told of.
func (d *Desk) tell(r *Record, w WriteBack, at time.Time) {
	if len(d.Settings.Hook) == 0 {
		return
	}
	r.Tell = append(r.Tell, w)
	if r.TellAt.IsZero() {
		r.TellAt = at
	}
}
