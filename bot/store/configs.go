package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"toban/bot/outbox"
	"toban/rotation"
)

// Kinds of what a config says.
const (
	ConfigRotation = "rotation"
	ConfigRouting  = "routing" // its name is empty
)

// ConfigVersion is one thing that a config says, from a start on.
type ConfigVersion struct {
	Kind, Name string
	At         time.Time
	Doc        string // empty: it is gone
	News       *outbox.ConfigNews
	Channel    string // where the news is told
	saidNews   string // News as it is saved
}

// ConfigVersions returns all that earlier starts saw, oldest first.
func (db *DB) ConfigVersions(ctx context.Context) (all []ConfigVersion, err error) {
	err = db.view(ctx, func(t *tx) error {
		all, err = t.configVersions(`SELECT kind, name, at, doc, news FROM config_versions ORDER BY at, kind, name`)
		return err
	})
	return all, err
}

func (t *tx) configVersions(text string, args ...any) (all []ConfigVersion, err error) {
	err = t.each(func(rows *sql.Rows) error {
		var v ConfigVersion
		var at int64
		err := rows.Scan(&v.Kind, &v.Name, &at, &v.Doc, &v.saidNews)
		v.At = instant(at)
		all = append(all, v)
		return err
	}, text, args...)
	return all, err
}

// SaveConfig keeps what a start saw for the first time and marks what people
// are told about it. What another replica has saved meanwhile stays. A rotation
// in renamed, old name to new, takes its swaps and overrides along.
func (db *DB) SaveConfig(ctx context.Context, versions []ConfigVersion, renamed map[string]string) error {
	return db.update(ctx, func(t *tx) error {
		for old, name := range renamed {
			if err := t.renameRotation(old, name); err != nil {
				return fmt.Errorf("rename rotation %s to %s: %w", old, name, err)
			}
		}
		for _, v := range versions {
			if err := t.saveConfigVersion(v); err != nil {
				return fmt.Errorf("keep config of %s %s: %w", v.Kind, v.Name, err)
			}
		}
		return nil
	})
}

func (t *tx) saveConfigVersion(v ConfigVersion) error {
	last, err := t.lastVersion(v.Kind, v.Name)
	if err != nil {
		return err
	}
	news := ""
	if v.News != nil {
		if news, err = encode(v.News); err != nil {
			return err
		}
	}
	if len(last) > 0 && !v.follows(last[0], news) {
		return nil
	}
	if _, err := t.exec(`INSERT INTO config_versions (kind, name, at, doc, news) VALUES ($1, $2, $3, $4, $5)`, v.Kind, v.Name, micros(v.At), v.Doc, news); err != nil {
		return err
	}
	if v.News == nil || v.Channel == "" {
		return nil
	}
	subject := v.Kind + "/" + v.Name + "/" + strconv.FormatInt(micros(v.At), 10)
	return t.show(subject, message{kind: string(outbox.ConfigChange), subject: subject, to: v.Channel, urgency: telling})
}

// lastVersion returns the newest version, or none.
func (t *tx) lastVersion(kind, name string) ([]ConfigVersion, error) {
	return t.configVersions(`SELECT kind, name, at, doc, news FROM config_versions WHERE kind = $1 AND name = $2 ORDER BY at DESC LIMIT 1`, kind, name)
}

// follows reports whether v is news after last, which another replica may have
// saved a moment ago. A rotation that was renamed says the same as before.
func (v ConfigVersion) follows(last ConfigVersion, news string) bool {
	renamed := v.News != nil && v.News.Was != "" && last.saidNews != news
	return last.At.Before(v.At) && (last.Doc != v.Doc || renamed)
}

func (t *tx) renameRotation(old, name string) error {
	requests, err := t.swaps(selectSwap+` WHERE rotation = $1`, old)
	if err != nil {
		return err
	}
	for _, r := range requests {
		r.Rotation = name
		doc, err := encode(r)
		if err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE swaps SET rotation = $1, doc = $2, version = version + 1 WHERE id = $3`, name, doc, r.ID); err != nil {
			return err
		}
	}
	if _, err := t.exec(`UPDATE overrides SET rotation = $1 WHERE rotation = $2`, name, old); err != nil {
		return err
	}
	return t.renameVersions(old, name)
}

// renameVersions has the rotation go on under its new name, unless it does so
// already. One of that name that is gone, as after a rename that was taken back,
// is forgotten.
func (t *tx) renameVersions(old, name string) error {
	from, err := t.lastVersion(ConfigRotation, old)
	if err != nil || len(from) == 0 || from[0].Doc == "" {
		return err
	}
	to, err := t.lastVersion(ConfigRotation, name)
	if err != nil || len(to) > 0 && to[0].Doc != "" {
		return err
	}
	if _, err := t.exec(`DELETE FROM config_versions WHERE kind = $1 AND name = $2`, ConfigRotation, name); err != nil {
		return err
	}
	_, err = t.exec(`UPDATE config_versions SET name = $1 WHERE kind = $2 AND name = $3`, name, ConfigRotation, old)
	return err
}

// ConfigNews returns what people are told about a change, by the subject of its
// message.
func (db *DB) ConfigNews(ctx context.Context, subject string) (news outbox.ConfigNews, err error) {
	err = db.view(ctx, func(t *tx) error {
		var doc string
		found, err := t.one([]any{&doc}, `SELECT news FROM config_versions WHERE kind || '/' || name || '/' || CAST(at AS TEXT) = $1`, subject)
		if err == nil && (!found || doc == "") {
			err = rotation.ErrNotFound
		}
		if err != nil {
			return err
		}
		return json.Unmarshal([]byte(doc), &news)
	})
	return news, err
}

// Unused counts the overrides and accepted swaps of a rotation that end after at.
func (db *DB) Unused(ctx context.Context, name string, at time.Time) (n int, err error) {
	err = db.view(ctx, func(t *tx) error {
		c, err := t.Changes(name)
		for _, o := range c.Overrides {
			if o.End.After(at) {
				n++
			}
		}
		for _, s := range c.Swaps {
			if s.A.End.After(at) || s.B.End.After(at) {
				n++
			}
		}
		return err
	})
	return n, err
}

type rotationDoc struct {
	rotation.Rotation
	Zone string // in place of the Rotation's
}

// EncodeRotation writes a rotation as the Doc of a version.
func EncodeRotation(r rotation.Rotation) (string, error) {
	d := rotationDoc{r, r.Zone.String()}
	d.Rotation.Zone, d.Rotation.Name = nil, ""
	return encode(d)
}

// DecodeRotation reads what EncodeRotation wrote.
func DecodeRotation(name, doc string) (rotation.Rotation, error) {
	var d rotationDoc
	if err := json.Unmarshal([]byte(doc), &d); err != nil {
		return rotation.Rotation{}, err
	}
	zone, err := time.LoadLocation(d.Zone)
	d.Rotation.Zone, d.Rotation.Name = zone, name
	return d.Rotation, err
}
