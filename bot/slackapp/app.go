package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/alerts/findings"
	"toban/bot/incident"
	"toban/bot/msg"
	"toban/bot/outbox"
	"toban/rotation"
)

// App hears what people do in Slack. Each handler parses, calls one method of
// the domain and ends; what people then see is drawn from the saved state by
// the [Speaker], so handling a thing twice does no harm. Only answers that
// concern one person alone are said directly.
type App struct {
	Pager     Pager
	Planner   Planner
	Incidents Incidents
	Reader    Reader
	Swaps     Swaps // for the Home tab; nil leaves requests out there
	People    People
	Talk      Talk
	Settings  Settings
	Log       *slog.Logger
	// Now is the clock that deeds are saved by; nil: time.Now.
	Now func() time.Time

	// What follows may be nil: it is not configured, and whoever asks for it is
	// told what is missing.
	Firewall Firewall
	Windows  Windows
	Findings Findings
	Places   Places

	seen    seen
	errands errands
}

func (a *App) now() time.Time {
	if a.Now == nil {
		return time.Now()
	}
	return a.Now()
}

// Settings are what the team has decided in its config.
type Settings struct {
	Language  string         // of channels, and of people whose own is not known
	Zone      *time.Location // of people whose own is not known
	Rotations []Rota         // in the order in which people should read them
	// Policy finds an escalation policy by the name that a page carries.
	Policy func(name string) alerts.Policy
	// Alerts is the channel of alerts that no route sends elsewhere.
	Alerts string
	// Findings says that the config has teams, or a place to read findings
	// from: without one an empty list says nothing.
	Findings bool
	// Incidents is the channel that shows every incident.
	Incidents string
	// Fallback is the channel that shows what others cannot; empty: Alerts does.
	Fallback string
	// ChannelID is the id of a channel above, as far as is known: one may be
	// found, or replaced, while the bot runs. nil: they are ids.
	ChannelID func(name string) string
}

// Rota is a rotation and the channel that belongs to it, if any.
type Rota struct{ Name, Channel string }

// Pager is what presses do to pages.
type Pager interface {
	Acknowledge(context.Context, alerts.Press) (alerts.Case, alerts.Answer, error)
	Resolve(context.Context, alerts.Press) (alerts.Case, alerts.Answer, error)
	Take(context.Context, alerts.Press) (alerts.Case, alerts.Answer, error)
	Escalate(context.Context, alerts.Press) (alerts.Case, alerts.Answer, error)
	Snooze(ctx context.Context, p alerts.Press, until time.Time) (alerts.Case, alerts.Answer, error)
	PageByHand(ctx context.Context, h alerts.ByHand, at time.Time) (alerts.Case, error)
}

// Planner knows and changes who is on call.
type Planner interface {
	Schedule(ctx context.Context, rotation string) (*rotation.Schedule, error)
	ProposeSwap(ctx context.Context, ask rotation.ProposeSwap, at time.Time) (rotation.SwapRequest, error)
	AcceptSwap(ctx context.Context, id string, by rotation.PersonID, at time.Time) (rotation.SwapRequest, error)
	DeclineSwap(ctx context.Context, id string, by rotation.PersonID, at time.Time) (rotation.SwapRequest, error)
	WithdrawSwap(ctx context.Context, id string, by rotation.PersonID, at time.Time) (rotation.SwapRequest, error)
	Override(ctx context.Context, ask rotation.OverrideRequest, at time.Time) (rotation.SavedOverride, error)
	CancelOverride(ctx context.Context, id string, by rotation.PersonID, at time.Time) (rotation.SavedOverride, error)
	OverridesOf(ctx context.Context, person rotation.PersonID, at time.Time) ([]rotation.SavedOverride, error)
}

// Incidents are declared, told about and ended.
type Incidents interface {
	Declare(ctx context.Context, d incident.Declare, at time.Time) (incident.Incident, error)
	Post(ctx context.Context, id, key string, by rotation.PersonID, text string, at time.Time) (incident.Incident, error)
	SetSeverity(ctx context.Context, id string, to incident.Severity, by rotation.PersonID, said string, at time.Time) (incident.Incident, error)
	Resolve(ctx context.Context, id string, by rotation.PersonID, at time.Time) (in incident.Incident, again bool, err error)
	List(ctx context.Context, all bool) ([]incident.Incident, error)
	ByChannel(ctx context.Context, channel string) (incident.Incident, error)
}

// Reader loads the saved state that a view draws.
type Reader interface {
	CaseOfAlert(ctx context.Context, id string) (alerts.Case, error)
	CaseOfPage(ctx context.Context, id string) (alerts.Case, error)
	OpenCases(ctx context.Context, limit int) (cases []alerts.Case, total int, err error)
	CasesOf(ctx context.Context, person rotation.PersonID, limit int) (alerts.CasesOf, error)
	Storm(ctx context.Context, id string) (outbox.StormState, error)
	StormNames(ctx context.Context, id string, part int) ([]alerts.Case, error)
	SwapRequest(ctx context.Context, id string) (rotation.SwapRequest, error)
	Override(ctx context.Context, id string) (rotation.SavedOverride, error)
	Incident(ctx context.Context, id string) (incident.Incident, error)
	// ConfigNews returns what a changed config changed.
	ConfigNews(ctx context.Context, subject string) (outbox.ConfigNews, error)
	Finding(ctx context.Context, id string) (findings.Record, error)
	// Bulletin returns one with those of its findings that it names.
	Bulletin(ctx context.Context, id string) (findings.Bulletin, []findings.Record, error)
}

// Places hears of channels and people that Slack may take messages for again.
type Places interface {
	// Retry has one that Slack refused tried again at once.
	Retry(ctx context.Context, place string) error
	// Closed lists the places that Slack refuses.
	Closed(ctx context.Context) ([]outbox.Closed, error)
}

// Swaps lists the open swap requests that somebody asked or is asked.
type Swaps interface {
	OpenSwaps(ctx context.Context, person rotation.PersonID) ([]rotation.SwapRequest, error)
}

// Talk says what concerns one person alone. [API] does it.
type Talk interface {
	OpenView(ctx context.Context, trigger string, v slack.ModalViewRequest) error
	PublishHome(ctx context.Context, user string, v slack.HomeTabViewRequest) error
	Whisper(ctx context.Context, channel, user, thread string, w Words) error
	Respond(ctx context.Context, responseURL string, m *slack.WebhookMessage) error
	Post(ctx context.Context, channel, thread string, w Words, u outbox.Urgency) (at, ts string, err error)
}

// saveWithin is how long a deed may take before the person is told that it was
// not saved; Slack waits three seconds for an answer.
const saveWithin = 2 * time.Second

// Handle does what an envelope asks for and returns what goes back to Slack
// with its acknowledgement. A person who could not be served has been told so
// when it returns; its error is for what only Slack's retry can mend.
func (a *App) Handle(ctx context.Context, e Envelope) (any, error) {
	within, cancel := context.WithTimeout(ctx, saveWithin)
	defer cancel()
	switch e.Type {
	case "slash_commands":
		return a.slash(within, e)
	case "interactive":
		return a.interactive(within, e)
	case "events_api":
		return nil, a.event(within, e)
	}
	a.Log.Info("slack sent something of an unknown kind", "type", e.Type)
	return nil, nil
}

// decode reads a payload; what cannot be read now cannot be read later, so it
// is logged and not asked for again.
func decode[T any](a *App, e Envelope) (v T, ok bool) {
	if err := json.Unmarshal(e.Payload, &v); err != nil {
		a.Log.Warn("slack sent something unreadable", "envelope", e.ID, "type", e.Type, "err", err)
		return v, false
	}
	return v, true
}

// who is whoever does something, with what an answer to them needs. Only admit
// makes one.
type who struct {
	id         rotation.PersonID
	zone       *time.Location
	say        msg.Catalog
	unverified bool // Slack did not say who it is: the history has to tell
}

// How long a deed waits for the profile of whoever does it: a page is not kept
// waiting, and what only members may do is rather late than refused.
const (
	profileWithin = 500 * time.Millisecond
	vouchedWithin = 1200 * time.Millisecond
)

// admit looks up who wants to do something and says whether they may. It is
// the one place where that is asked; the error is a refusal in their own words.
func (a *App) admit(ctx context.Context, id string, p permission) (who, error) {
	within := profileWithin
	if decide(Unknown, p) == denied {
		within = vouchedWithin
	}
	w, standing := a.meet(ctx, id, within)
	switch decide(standing, p) {
	case unverified:
		w.unverified = true
	case denied:
		a.Log.Info("somebody may not do this and was told so", "person", id, "standing", standing, "permission", p)
		return w, refusalOf(standing, p, w.say)
	}
	return w, nil
}

// meet looks up how to speak with somebody, and what they are to us. While
// Slack does not tell, the team's language and zone stand in.
func (a *App) meet(ctx context.Context, id string, within time.Duration) (who, Standing) {
	w := who{id: rotation.PersonID(id), zone: a.zone(), say: msg.For(a.Settings.Language)}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	p, err := a.profile(ctx, w.id)
	if err != nil {
		a.Log.Warn("a person's profile cannot be read; the team's language and zone stand in", "person", id, "err", err)
	}
	if p.Locale != "" {
		w.say = msg.For(p.Locale)
	}
	if p.Zone != nil {
		w.zone = p.Zone
	}
	return w, p.Standing
}

// profile is what Slack says of somebody. Whom it does not show to the bot is
// not of this workspace.
func (a *App) profile(ctx context.Context, id rotation.PersonID) (Person, error) {
	p, err := a.People.Person(ctx, id)
	if errors.Is(err, ErrNobody) {
		return Person{ID: id, Standing: Foreign}, nil
	}
	return p, err
}

func (a *App) channelID(name string) string {
	if a.Settings.ChannelID == nil {
		return name
	}
	return a.Settings.ChannelID(name)
}

func (a *App) zone() *time.Location {
	if a.Settings.Zone == nil {
		return time.UTC
	}
	return a.Settings.Zone
}

// schedules compiles every rotation with its changes, by name.
func (a *App) schedules(ctx context.Context) (map[string]*rotation.Schedule, error) {
	all := map[string]*rotation.Schedule{}
	for _, r := range a.Settings.Rotations {
		s, err := a.Planner.Schedule(ctx, r.Name)
		if err != nil {
			return nil, fmt.Errorf("schedule of %s: %w", r.Name, err)
		}
		all[r.Name] = s
	}
	return all, nil
}
