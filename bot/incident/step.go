package incident

import (
	"context"
	"errors"
	"slices"
	"time"

	"toban/rotation"
)

// result is what came of one step.
type result struct {
	err           error
	channel, name string // CreateChannel
	topic         string // the topic that was set
	invited       []rotation.PersonID
	refused       []Refusal
	waits         bool // the card is not in Slack yet
}

// perform does the deed of in.Step. Every deed may be done twice: a crash can
// hide that it was done.
func (m *Manager) perform(ctx context.Context, in Incident) result {
	ctx, cancel := context.WithTimeout(ctx, deedTime)
	defer cancel()
	switch in.Step {
	case CreateChannel:
		return m.createChannel(ctx, in)
	case SetTopic, Ready:
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

func (m *Manager) createChannel(ctx context.Context, in Incident) result {
	zone := m.Config.Zone
	if zone == nil {
		zone = time.UTC
	}
	base := ChannelName(m.Config.Prefix, in, zone)
	for try := 1; try <= manyNames; try++ {
		name := numbered(base, try)
		id, err := m.Rooms.CreateChannel(ctx, name)
		if !errors.Is(err, ErrNameTaken) {
			return result{channel: id, name: name, err: err}
		}
	}
	return result{err: &RoomError{Deed: "create " + base, Why: "name_taken"}}
}

func (m *Manager) invite(ctx context.Context, in Incident) result {
	if len(in.Invited)+len(in.NotInvited) > 0 {
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

// after returns in with r noted: where it stands now and when it goes on. A
// refusal for good passes the step, so that the rest still happens.
func (m *Manager) after(in Incident, r result, at time.Time) Incident {
	_, forGood := errors.AsType[*RoomError](r.err)
	if r.err != nil {
		in.note(in.Step, r.err.Error())
	}
	if r.waits && in.givesUpOnCard() {
		r.waits = false
	}
	if r.err != nil && !forGood || r.waits {
		in.Attempts++
		in.NextAt = at.Add(backOff(in.Attempts))
		return in
	}
	if r.err == nil {
		in.note(in.Step, "")
	}
	in.Attempts, in.NextAt = 0, leased(at)
	switch in.Step {
	case CreateChannel:
		in.Channel, in.Name, in.Step = r.channel, r.name, SetTopic
		if forGood {
			in.Channel, in.Name, in.Step = "", "", Ready
		}
	case SetTopic:
		if forGood || r.topic == m.topic(in) {
			in.Step = Invite
		}
	case Invite:
		in.Invited, in.NotInvited, in.Step = r.invited, r.refused, PostCard
	case PostCard:
		in.Step = PinCard
	case PinCard:
		in.Step = Ready
	}
	if in.Step == Ready && (r.topic == "" || forGood || r.topic == m.topic(in)) {
		in.NextAt = time.Time{}
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
