package slackapp

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/bot/incident"
	"toban/bot/msg"
	"toban/bot/outbox"
	"toban/rotation"
)

// office is an App with collaborators that keep state in memory, and what people
// were told. The planner and the manager are the real ones.
type office struct {
	*App
	t     *testing.T
	shown *shown
	pages *pages
	lives *memory
	dog   *dog
	desk  *findingDesk
	trig  int
}

const (
	uAna, uBo, uCy, uDee, uGuest = "U0000ANA", "U00000BO", "U00000CY", "U0000DEE", "U00GUEST"
	cPlatform, cGeneral          = "C0PLATFORM", "C00GENERAL"
)

// atOffice runs a story in a bubble in which it is noon on Monday, 23 November
// 2026 in Tokyo, an hour into Ana's shift's third hour: the order is Ana, Bo, Cy.
func atOffice(t *testing.T, story func(d *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon1123))
		d := &office{t: t, shown: &shown{}, pages: &pages{by: map[string]alerts.Case{}}, lives: newMemory(), dog: &dog{}, desk: newDesk()}
		d.App = &App{
			Pager: d.pages, Planner: &rotation.Planner{Rotations: plans(t), Store: d.lives.rotations()},
			Incidents: &incident.Manager{Store: d.lives.incidents()}, Reader: d.lives.reader(d.pages, d.desk), Swaps: d.lives, People: staff{}, Talk: d.shown,
			Settings: Settings{
				Language: msg.Japanese, Zone: tokyo, Alerts: cGeneral,
				Rotations: []Rota{{"platform", cPlatform}, {"support", ""}},
				Policy: func(string) alerts.Policy {
					return alerts.Policy{Name: "platform", Steps: []alerts.Step{
						{Notify: []alerts.Target{{Rotation: "platform"}}, Wait: 5 * time.Minute},
						{Notify: []alerts.Target{{Rotation: "support"}, {Channel: cPlatform}}, Wait: 5 * time.Minute},
					}}
				},
			},
			Log: slog.New(slog.DiscardHandler),
		}
		d.Firewall, d.Windows, d.Findings = d.dog, windows{d.pages}, d.desk
		story(d)
		d.Close()
	})
}

// types sends a slash command and returns the private answer, all its text.
func (d *office) types(who, channel, text string) string {
	d.t.Helper()
	d.trig++
	return d.typesAgain(who, channel, text)
}

// typesAgain is Slack delivering the last command once more.
func (d *office) typesAgain(who, channel, text string) string {
	d.t.Helper()
	name, rest, _ := strings.Cut(text, " ")
	ack, err := d.Handle(d.t.Context(), envelope(d.t, "slash_commands", map[string]any{
		"command": name, "text": rest, "user_id": who, "channel_id": channel, "trigger_id": fmt.Sprint("T", d.trig),
		"response_url": "https://slack.example/r", "is_enterprise_install": "false",
	}))
	if err != nil {
		d.t.Errorf("%s: %v", text, err)
	}
	return spoken(d.t, ack)
}

// presses sends a press under a message and returns what the presser was told.
func (d *office) presses(who, action, value string) string {
	d.t.Helper()
	d.shown.private = ""
	act := map[string]any{"action_id": action, "block_id": "b", "type": "button", "value": value}
	if menu := []string{"page.snooze", "waf.drill", "waf.correct"}; slices.Contains(menu, action) {
		act = map[string]any{"action_id": action, "block_id": "b", "type": "static_select", "selected_option": map[string]any{"value": value}}
	}
	if finding, person, ok := strings.Cut(value, ">"); ok && action == "finding.assign" {
		act = map[string]any{"action_id": action, "block_id": "finding/" + finding, "type": "users_select", "selected_user": person}
	}
	ack, err := d.Handle(d.t.Context(), envelope(d.t, "interactive", map[string]any{
		"type": "block_actions", "user": map[string]any{"id": who}, "channel": map[string]any{"id": cPlatform},
		"trigger_id": "T9", "response_url": "https://slack.example/r", "actions": []any{act},
		"message": map[string]any{"blocks": []any{map[string]any{"type": "a_block_from_the_future"}}},
	}))
	if err != nil || ack != nil {
		d.t.Errorf("%s: ack %v, %v", action, ack, err)
	}
	return d.shown.private
}

// sends submits a form; the answer is what is wrong, by input.
func (d *office) sends(who, form, view, hidden string, values map[string]any) map[string]string {
	d.t.Helper()
	if r := d.submits(who, form, view, hidden, values); r != nil {
		return r.Errors
	}
	return nil
}

// submits sends a form and returns all that Slack is answered.
func (d *office) submits(who, form, view, hidden string, values map[string]any) *slack.ViewSubmissionResponse {
	d.t.Helper()
	state := map[string]any{}
	for name, v := range values {
		state[name] = map[string]any{name: v}
	}
	ack, err := d.Handle(d.t.Context(), envelope(d.t, "interactive", map[string]any{
		"type": "view_submission", "user": map[string]any{"id": who},
		"view": map[string]any{"id": view, "callback_id": form, "private_metadata": hidden, "state": map[string]any{"values": state}},
	}))
	if err != nil {
		d.t.Errorf("%s: %v", form, err)
	}
	r, _ := ack.(*slack.ViewSubmissionResponse)
	return r
}

func (d *office) happens(id string, event map[string]any) error {
	_, err := d.Handle(d.t.Context(), envelope(d.t, "events_api", map[string]any{"event_id": id, "event": event}))
	return err
}

func envelope(t *testing.T, kind string, payload any) Envelope {
	t.Helper()
	raw, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	return Envelope{ID: "E1", Type: kind, Payload: raw, AcceptsPayload: true}
}

// spoken is everything that an acknowledgement says.
func spoken(t *testing.T, ack any) string {
	t.Helper()
	answer, ok := ack.(message)
	if !ok {
		return ""
	}
	if answer.ResponseType != "ephemeral" {
		t.Errorf("the answer is not private: %q", answer.ResponseType)
	}
	return everything(answer.Text, answer.Blocks)
}

func everything(text string, blocks []slack.Block) string {
	raw, _ := json.Marshal(blocks)
	return text + "\n" + strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(raw))
}

// shown is what Slack was asked to show to one person.
type shown struct {
	mu      sync.Mutex // answers that were waited for come from several goroutines
	private string     // the last thing said privately
	form    *slack.ModalViewRequest
	home    *slack.HomeTabViewRequest
	homes   int
	posts   int
	later   []string // what response_urls were told, all of it
	fail    error
}

func (s *shown) OpenView(_ context.Context, _ string, v slack.ModalViewRequest) error {
	s.form = &v
	return s.fail
}

func (s *shown) PublishHome(_ context.Context, _ string, v slack.HomeTabViewRequest) error {
	s.home, s.homes = &v, s.homes+1
	return s.fail
}

func (s *shown) Whisper(_ context.Context, _, _, _ string, w Words) error {
	s.private = everything(w.Text, w.Blocks)
	return s.fail
}

func (s *shown) Respond(_ context.Context, _ string, m *slack.WebhookMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.private = everything(m.Text, m.Blocks.BlockSet)
	if s.fail == nil {
		s.later = append(s.later, s.private)
	}
	return s.fail
}

// answers are all that came by an address of their own.
func (s *shown) answers() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.later)
}

func (s *shown) Post(context.Context, string, string, Words, outbox.Urgency) (string, string, error) {
	s.posts++
	return "D1", "1.0", s.fail
}

// formText is everything in the form that was opened last.
func (s *shown) formText() string {
	if s.form == nil {
		return ""
	}
	raw, _ := json.Marshal(s.form)
	return string(raw)
}

// staff is everybody in the workspace.
type staff struct{}

func (staff) Person(_ context.Context, id rotation.PersonID) (Person, error) {
	p := Person{ID: id, Locale: "en-US", Zone: tokyo, Standing: Member}
	switch string(id) {
	case uAna:
		p.Name, p.Handle = "Ana", "ana"
	case uBo:
		p.Name, p.Handle, p.Locale = "ボー", "bo", "ja-JP"
	case uCy:
		p.Name, p.Handle = "Cy", "cy"
	case uDee:
		p.Name, p.Handle, p.Zone = "Dee", "dee", berlin
	case uGuest:
		p.Name, p.Standing = "Guest", Guest
	default:
		return Person{}, ErrNobody
	}
	return p, nil
}

func (s staff) Find(ctx context.Context, word string) (rotation.PersonID, error) {
	for _, id := range []rotation.PersonID{uAna, uBo, uCy, uDee} {
		if p, _ := s.Person(ctx, id); "@"+p.Handle == word || p.Handle+"@example.com" == word {
			return id, nil
		}
	}
	if word == "@sam" {
		return "", &AmbiguousError{Word: word, People: []Person{{ID: uAna}, {ID: uBo}}}
	}
	return "", ErrNobody
}

// plans are two rotations of days that begin at ten in the morning.
func plans(tb testing.TB) map[string]*rotation.Schedule {
	tb.Helper()
	all := map[string]*rotation.Schedule{}
	for name, members := range map[string][]rotation.PersonID{"platform": {uAna, uBo, uCy}, "support": {uDee, uCy}} {
		s, err := rotation.New(rotation.Rotation{
			Name: name, Zone: tokyo, Kind: rotation.Daily, Handoff: "10:00",
			Start: time.Date(2026, 11, 23, 10, 0, 0, 0, tokyo), Members: members,
		})
		if err != nil {
			tb.Fatal(err)
		}
		all[name] = s
	}
	return all
}
