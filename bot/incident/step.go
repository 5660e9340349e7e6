package incident

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"toban/rotation"
)

// result is what came of one step.
type result struct {
	step          Step
	err           error
	reader        string              // CreateChannel, at first: who reads the title
	planned       string              // CreateChannel, then: the name
	channel, name string              // CreateChannel
	told          []rotation.PersonID // CreateChannel, where it failed: who would have been invited
	topic         string              // the topic that was set
	invited       []rotation.PersonID
	refused       []Refusal
	waits         bool // the card is not in Slack yet
}

// next returns the step to do now. At the end that is the topic if it is no
// longer true, else what Slack refused, the one tried longest ago first.
func (m *Manager) next(in Incident) Step {
	switch troubles := in.Troubles(); {
	case in.Step != Ready || in.Channel == "":
		return in.Step
	case in.Topic != m.topic(in) && !in.troubled(SetTopic):
		return SetTopic
	case len(troubles) > 0:
		return troubles[0].Step
	}
	return Ready
}

// perform does the step that is next. Every deed may be done twice: a crash can
// hide that it was done.
func (m *Manager) perform(ctx context.Context, in Incident) result {
	ctx, cancel := context.WithTimeout(ctx, deedTime)
	defer cancel()
	step := m.next(in)
	r := m.deed(ctx, step, in)
	r.step = step
	return r
}

func (m *Manager) deed(ctx context.Context, step Step, in Incident) result {
	switch step {
	case CreateChannel:
		switch {
		case !in.IsOpen() && in.HasNoChannel():
			return result{} // it is over, nobody needs one any more
		case in.Planned == "" && in.Reader == "" && m.mustRead(in):
			return result{reader: m.Holder}
		case in.Planned == "":
			return result{planned: m.plannedName(ctx, in)}
		}
		return m.createChannel(ctx, in)
	case SetTopic:
		topic := m.topic(in)
		return result{topic: topic, err: m.Rooms.SetTopic(ctx, in.Channel, topic)}
	case Invite:
		return m.invite(ctx, in)
	case PinCard:
		return m.pinCard(ctx, in)
	default: // PostCard: saving the step has the card posted
		return result{}
	}
}

// manyNames is how many names are tried before the name counts as refused.
const manyNames = 30

// mustRead reports whether the title needs a dictionary, and somebody has one.
func (m *Manager) mustRead(in Incident) bool {
	_, whole := Words(in.Title)
	return !whole && m.Read != nil && m.Holder != ""
}

// plannedName is decided once and saved, before Slack hears of it. A title that
// cannot be read, or not in time, is named by its date.
func (m *Manager) plannedName(ctx context.Context, in Incident) string {
	zone := m.Config.Zone
	if zone == nil {
		zone = time.UTC
	}
	words, whole := Words(in.Title)
	if !whole {
		var err error
		if words, err = m.words(ctx, in); err != nil && m.Trouble != nil {
			m.Trouble(fmt.Errorf("incident %s: its channel is named by the date: %w", in.ID, err))
		}
	}
	return ChannelName(m.Config.Prefix, in, words, zone)
}

// errReaderDied means that the process that read the title is gone. Reading
// takes memory, and what killed it once is not tried again.
var errReaderDied = errors.New("the process ended while its title was read")

func (m *Manager) words(ctx context.Context, in Incident) ([]string, error) {
	switch {
	case m.Read == nil:
		return nil, nil
	case in.Reader != m.Holder:
		return nil, errReaderDied
	}
	return m.Read(ctx, in.Title)
}

func (m *Manager) createChannel(ctx context.Context, in Incident) result {
	for try := 1; try <= manyNames; try++ {
		name := numbered(in.Planned, try)
		id, err := m.Rooms.CreateChannel(ctx, name)
		if err == nil {
			return result{channel: id, name: name}
		}
		if !errors.Is(err, ErrNameTaken) {
			return result{err: err, told: m.concerned(ctx, in)}
		}
	}
	return result{err: &RoomError{Deed: "create " + in.Planned, Why: "name_taken"}, told: m.concerned(ctx, in)}
}

// concerned names those who must know where to go while there is no channel:
// the declarer, and whoever is on call if that can be read.
func (m *Manager) concerned(ctx context.Context, in Incident) []rotation.PersonID {
	who := []rotation.PersonID{in.DeclaredBy}
	if m.OnCall != nil {
		if onCall, err := m.OnCall(ctx); err == nil {
			who = append(who, onCall...)
		}
	}
	return distinct(who)
}

func (m *Manager) invite(ctx context.Context, in Incident) result {
	if len(in.Invited)+len(in.NotInvited) > 0 && !in.troubled(Invite) {
		return result{invited: in.Invited, refused: in.NotInvited}
	}
	who := []rotation.PersonID{in.DeclaredBy}
	if m.OnCall != nil {
		onCall, err := m.OnCall(ctx)
		if err != nil {
			return result{err: err}
		}
		who = append(who, onCall...)
	}
	who = distinct(who)
	if len(who) == 0 {
		return result{}
	}
	refused, err := m.Rooms.Invite(ctx, in.Channel, who)
	if room, ok := errors.AsType[*RoomError](err); ok {
		refused = nil
		for _, p := range who {
			refused = append(refused, Refusal{p, room.Why})
		}
	}
	invited := slices.DeleteFunc(who, func(p rotation.PersonID) bool {
		return slices.ContainsFunc(refused, func(r Refusal) bool { return r.Who == p })
	})
	return result{invited: invited, refused: refused, err: err}
}

func distinct(who []rotation.PersonID) []rotation.PersonID {
	var once []rotation.PersonID
	for _, p := range who {
		if p != rotation.Nobody && !slices.Contains(once, p) {
			once = append(once, p)
		}
	}
	return once
}

// pinCard pins the card once the Speaker has posted it.
func (m *Manager) pinCard(ctx context.Context, in Incident) result {
	var channel, ts string
	err := m.Store.Update(ctx, func(tx Tx) (err error) {
		channel, ts, err = tx.Card(in.ID)
		return err
	})
	if err != nil || ts == "" {
		return result{err: err, waits: ts == ""}
	}
	return result{err: m.Rooms.Pin(ctx, channel, ts)}
}

func (m *Manager) topic(in Incident) string {
	if m.Config.Topic != nil {
		return cut(m.Config.Topic(in), maxTopic)
	}
	return Topic(in)
}

// patience is how many tries to make a channel may fail before people are told
// directly; a refusal is told at once.
const patience = 3

// after returns in with r noted: where it stands now and when it goes on. What
// Slack refuses is passed, so that the rest still happens, and tried again at
// the end for as long as the incident is open.
func (m *Manager) after(in Incident, r result, at time.Time) Incident {
	_, refused := errors.AsType[*RoomError](r.err)
	waits := r.waits && !in.givesUpOnCard()
	if !waits {
		in.note(r.step, why(r.err))
	}
	if r.step == CreateChannel && (refused || r.err != nil && in.Attempts+1 >= patience) && len(in.Told) == 0 {
		in.Told = r.told
	}
	canPass := refused && r.step != CreateChannel || refused && !in.IsOpen()
	if in.Step == Ready {
		return m.rest(in, r, at)
	}
	if waits || r.err != nil && !canPass {
		in.Attempts++
		in.NextAt = at.Add(backOff(in.Attempts))
		return in
	}
	in.Attempts, in.NextAt = 0, at
	return m.rest(m.advance(in, r), r, at)
}

func why(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// advance notes what a step made and goes on to the one after it.
func (m *Manager) advance(in Incident, r result) Incident {
	switch in.Step {
	case CreateChannel:
		switch {
		case r.reader != "":
			in.Reader = r.reader
		case r.planned != "":
			in.Planned = r.planned
		case r.channel == "":
			in.Step = Ready
		default:
			in.Channel, in.Name, in.Step = r.channel, r.name, SetTopic
		}
	case SetTopic:
		in.keep(r)
		if r.err != nil || r.topic == m.topic(in) {
			in.Step = Invite
		}
	case Invite:
		in.keep(r)
		in.Step = PostCard
	case PostCard:
		in.Step = PinCard
	case PinCard:
		in.Step = Ready
	}
	return in
}

// keep notes what the topic is, and who is in.
func (in *Incident) keep(r result) {
	switch {
	case r.step == SetTopic && r.err == nil:
		in.Topic = r.topic
	case r.step == Invite && len(r.invited)+len(r.refused) > 0:
		in.Invited, in.NotInvited = r.invited, r.refused
	}
}

// rest says when an incident at the end is looked at again: at once while the
// topic is not true, later while Slack refuses something, else never.
func (m *Manager) rest(in Incident, r result, at time.Time) Incident {
	if in.Step != Ready {
		return in
	}
	in.keep(r)
	if r.err == nil {
		in.Attempts = 0
	}
	_, refused := errors.AsType[*RoomError](r.err)
	switch open := m.next(in); {
	case open == Ready, refused && !in.IsOpen():
		in.Attempts, in.NextAt = 0, time.Time{}
	case in.troubled(open):
		in.Attempts++
		in.NextAt = at.Add(backOff(in.Attempts))
	default:
		in.Attempts, in.NextAt = 0, at
	}
	return in
}

// givesUpOnCard reports whether the card of a resolved incident was waited for
// long enough; that of an open one always comes, or somebody must be told.
func (in Incident) givesUpOnCard() bool { return !in.IsOpen() && in.Attempts > 10 }

// record leaves a line in the audit for what others will ask about.
func (r result) record(tx Tx, in Incident, at time.Time) error {
	if r.channel == "" {
		return nil
	}
	return tx.Audit(rotation.Audit{At: at, Did: "incident.channel", Subject: in.ID, Detail: r.channel + " " + r.name})
}
