package incident

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"time"

	"toban/rotation"
)

// Manager saves what happens to incidents and builds their channels. Its
// methods may be called from any goroutine and on any replica.
type Manager struct {
	Store  Store
	Rooms  Rooms
	Leases Leases
	Holder string // names this run of this process among the replicas
	// OnCall names the people on call, who are invited beside the declarer;
	// nil: nobody is.
	OnCall func(ctx context.Context) ([]rotation.PersonID, error)
	Config Config
	// Read writes a title that is not in Latin letters as words of a–z, 0–9 and
	// "_"; nil: such a title is named by its date.
	Read func(ctx context.Context, title string) ([]string, error)
	// Trouble is told of what went wrong but stopped nothing, for the log; nil
	// keeps it quiet.
	Trouble func(error)
}

// Config is what a team decides about its incidents. Its zero value works.
type Config struct {
	Prefix string         // of channel names; empty: "inc"
	Zone   *time.Location // of the date in a channel's name; nil: UTC
	// Topic is the text of the channel's topic, at most 250 characters; nil: [Topic].
	Topic func(Incident) string
}

// Declare is what somebody tells when they open an incident.
type Declare struct {
	// Key names the deed: the view or trigger id. Slack delivers twice now and
	// then, and one key makes one incident. Empty: every call makes one.
	Key      string
	By       rotation.PersonID
	Title    string
	Severity Severity
	Page     string // the page it is declared from; empty: by command
	Alert    string // the alert of that page
}

// Declare opens an incident. Its channel is built by [Manager.Due]. A page that
// has an open incident gets no second one: that incident is returned with an
// [*AlreadyOpenError]. What cannot be taken is an [*InputError].
func (m *Manager) Declare(ctx context.Context, d Declare, at time.Time) (Incident, error) {
	title, err := checkText("title", d.Title, MaxTitle)
	if err != nil {
		return Incident{}, err
	}
	severity, err := ParseSeverity(string(d.Severity))
	if err != nil {
		return Incident{}, err
	}
	d.Title, d.Severity = title, severity

	var in Incident
	id := idOf("I", d.Key)
	err = m.Store.Update(ctx, func(tx Tx) error {
		var err error
		if in, err = tx.Incident(id); !errors.Is(err, ErrNotFound) {
			return err // declared before under this key, or the store is down
		}
		in, err = m.open(tx, id, d, at)
		return err
	})
	if _, ok := errors.AsType[*AlreadyOpenError](err); err != nil && !ok {
		return Incident{}, fmt.Errorf("declare incident: %w", err)
	}
	return in, err
}

func (m *Manager) open(tx Tx, id string, d Declare, at time.Time) (Incident, error) {
	if d.Page != "" {
		switch before, err := tx.ByPage(d.Page); {
		case err == nil && before.IsOpen():
			return before, &AlreadyOpenError{before}
		case err != nil && !errors.Is(err, ErrNotFound):
			return Incident{}, err
		}
	}
	number, err := tx.NextNumber()
	if err != nil {
		return Incident{}, err
	}
	in := Incident{
		ID: id, Number: number, Title: d.Title, Severity: d.Severity, State: Open,
		DeclaredBy: d.By, DeclaredAt: at, PageID: d.Page, AlertID: d.Alert,
		Step: CreateChannel, NextAt: at,
	}
	if err := tx.SaveIncident(in); err != nil {
		return Incident{}, err
	}
	if d.Page != "" {
		if err := tx.LinkIncident(d.Page, id, d.By, at); err != nil {
			return Incident{}, fmt.Errorf("link page %s: %w", d.Page, err)
		}
	}
	return in, tx.Audit(rotation.Audit{
		At: at, Who: d.By, Did: "incident.declare", Subject: id,
		Detail: fmt.Sprintf("%d %s %s", number, d.Severity, d.Title),
	})
}

// Post adds an update that people are told. The same key adds one update,
// however often it is delivered.
func (m *Manager) Post(ctx context.Context, id, key string, by rotation.PersonID, text string, at time.Time) (Incident, error) {
	text, err := checkText("text", text, MaxUpdate)
	if err != nil {
		return Incident{}, err
	}
	entry := Update{ID: idOf("U", key), At: at, Who: by, Text: text}
	return m.change(ctx, "update", id, func(in *Incident) (rotation.Audit, bool) {
		if slices.ContainsFunc(in.Updates, func(u Update) bool { return u.ID == entry.ID }) {
			return rotation.Audit{}, false
		}
		in.Updates = append(slices.Clip(in.Updates), entry)
		return rotation.Audit{At: at, Who: by, Did: "incident.update", Subject: id, Detail: entry.ID}, true
	})
}

// SetSeverity says how bad the incident is now, and adds said, if any, as an
// update that people are told. The same severity again changes nothing.
func (m *Manager) SetSeverity(ctx context.Context, id string, to Severity, by rotation.PersonID, said string, at time.Time) (Incident, error) {
	to, err := ParseSeverity(string(to))
	if err != nil {
		return Incident{}, err
	}
	return m.change(ctx, "set severity of", id, func(in *Incident) (rotation.Audit, bool) {
		if in.Severity == to {
			return rotation.Audit{}, false
		}
		detail := string(in.Severity) + " -> " + string(to)
		in.Severity = to
		if said != "" {
			in.Updates = append(slices.Clip(in.Updates), Update{ID: idOf("U", ""), At: at, Who: by, Text: said})
		}
		in.retopic(at)
		return rotation.Audit{At: at, Who: by, Did: "incident.severity", Subject: id, Detail: detail}, true
	})
}

// Resolve ends the incident. again reports that somebody had done so before;
// the incident says who and when.
func (m *Manager) Resolve(ctx context.Context, id string, by rotation.PersonID, at time.Time) (in Incident, again bool, err error) {
	in, err = m.change(ctx, "resolve", id, func(in *Incident) (rotation.Audit, bool) {
		if again = !in.IsOpen(); again {
			return rotation.Audit{}, false
		}
		in.State, in.ResolvedBy, in.ResolvedAt = Resolved, by, at
		in.retopic(at)
		return rotation.Audit{At: at, Who: by, Did: "incident.resolve", Subject: id}, true
	})
	return in, again, err
}

// retopic has the topic set again. Before the topic's own step there is nothing
// to do; between it and the end the walk goes back, which repeats no step that
// was done; at the end only the topic is due.
func (in *Incident) retopic(at time.Time) {
	switch in.Step {
	case CreateChannel, SetTopic:
	case Ready:
		if in.Channel != "" {
			in.NextAt, in.Attempts = at, 0
		}
	default:
		in.Step, in.NextAt, in.Attempts = SetTopic, at, 0
	}
}

// change loads an incident, lets do change it, and saves it with what do wants
// to have recorded; do reports false when nothing changed.
func (m *Manager) change(ctx context.Context, deed, id string, do func(*Incident) (rotation.Audit, bool)) (Incident, error) {
	var in Incident
	err := m.Store.Update(ctx, func(tx Tx) error {
		var err error
		if in, err = tx.Incident(id); err != nil {
			return err
		}
		audit, changed := do(&in)
		if !changed {
			return nil
		}
		if err := tx.SaveIncident(in); err != nil {
			return err
		}
		return tx.Audit(audit)
	})
	if err != nil {
		return Incident{}, fmt.Errorf("%s incident %s: %w", deed, id, err)
	}
	return in, nil
}

// idOf makes an id from the key of a deed, so that the same deed finds what it
// made before.
func idOf(prefix, key string) string {
	if key == "" {
		return prefix + rand.Text()
	}
	sum := sha256.Sum256([]byte(prefix + "\x1f" + key))
	return prefix + base32.StdEncoding.EncodeToString(sum[:])[:26]
}
