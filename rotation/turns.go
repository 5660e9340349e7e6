package rotation

// turns is the base rotation: who has the turn at an instant, edits included,
// swaps and overrides not.
//
// Slots count the shifts: slot 0 starts at the rotation's start, slot n at the
// n-th handoff strictly after it (rule 4). All handoffs are step apart on the
// steady clock, so that the slot of an instant is one division away.
type turns struct {
	clock  *clock
	anchor int64 // steady reading of the handoff that slot 0 belongs to
	step   int64
	start  int64

	from   []int64 // order i holds from from[i] to from[i+1]
	orders []order
}

// order is a member list in force, and who is on duty when it comes into force.
type order struct {
	members  []int32
	position int64 // in members, of the person on duty in slot
	slot     int64
}

// handoffs lays the slots of r over the clock (rules 2, 4 and 5). A handoff is
// written in minutes, so a start within its minute is on it.
func handoffs(r Rotation, local *clock) turns {
	start := r.Start.UnixMicro()
	t := turns{clock: local, start: start}
	switch {
	case r.Kind == Hours && r.Clock == Wall:
		t.step, t.anchor = hour, start+offsetAt(r.Start, r.Zone)
	case r.Kind == Hours:
		t.clock, t.step, t.anchor = realHours(), hour, start
	default:
		t.step = day
		if r.Kind == Weekly {
			t.step = 7 * day
		}
		t.anchor = DateOf(r.Start, r.Zone).midnight() + timeOfDay(r.Handoff)
	}
	one := t.step
	t.step *= r.every()
	t.anchor += floorDiv(t.clock.steady(start)-t.anchor, one) * one
	if late := start - t.clock.at(t.anchor); r.Kind != Hours && (late < 0 || late >= minute) {
		t.anchor += one - t.step // the next day's, or week's, handoff is the first
	}
	return t
}

// slot returns the slot of the instant t, which is not before the start.
func (b *turns) slot(t int64) int64 {
	return int64(uint64(b.clock.steady(t)-b.anchor) / uint64(b.step))
}

// begin returns the instant at which slot starts. Where a whole day is missing
// from the calendar two slots may start together; the earlier one is empty.
func (b *turns) begin(slot int64) int64 {
	if slot <= 0 {
		return b.start
	}
	return b.clock.at(b.anchor + slot*b.step)
}

// schedule replays the edits over the first member list (rule 7).
func (b *turns) schedule(members []int32, edits []edit) {
	list, next := members, 0
	for next < len(edits) && edits[next].at < b.start {
		list = edits[next].members
		next++
	}
	b.from, b.orders = []int64{b.start}, []order{{members: list}}
	for _, e := range edits[next:] {
		slot, old := b.slot(e.at), b.orders[len(b.orders)-1]
		b.from = append(b.from, e.at)
		b.orders = append(b.orders, order{
			members:  e.members,
			position: successor(old.members, old.turn(slot), e.members),
			slot:     slot,
		})
	}
}

// edit is an Edit with its people as numbers.
type edit struct {
	at      int64
	members []int32
}

// turn returns the position of the member on duty in slot.
func (o *order) turn(slot int64) int64 {
	if n := uint64(len(o.members)); n > 0 {
		return int64(uint64(o.position+slot-o.slot) % n)
	}
	return 0
}

// person returns who is on duty in slot.
func (o *order) person(slot int64) int32 {
	if len(o.members) == 0 {
		return 0
	}
	return o.members[o.turn(slot)]
}

// successor returns the position in the new list of the person who is on duty
// once the list is edited: whoever was, or else the next in the old order who
// is still a member, or else the first of the new list (rule 7).
func successor(old []int32, position int64, members []int32) int64 {
	same := int(position)
	if same < len(old) && same < len(members) && members[same] == old[same] {
		return position // also where somebody is listed twice
	}
	where := make(map[int32]int64, len(members))
	for i := len(members) - 1; i >= 0; i-- {
		where[members[i]] = int64(i)
	}
	for i := range old {
		if p, ok := where[old[(same+i)%len(old)]]; ok {
			return p
		}
	}
	return 0
}

// person returns who has the turn at the instant t, 0 for nobody.
func (b *turns) person(t int64) int32 {
	if t < b.start {
		return 0
	}
	return b.orders[latest(b.from, t)].person(b.slot(t))
}

// hold returns who has the turn at t and until when at least that stays so.
func (b *turns) hold(t int64) (person int32, until int64) {
	if t < b.start {
		return 0, b.start
	}
	i := latest(b.from, t)
	until = lastInstant
	if i+1 < len(b.from) {
		until = b.from[i+1]
	}
	o := &b.orders[i]
	if len(o.members) > 1 {
		slot := b.slot(t)
		return o.person(slot), min(until, b.begin(slot+1))
	}
	return o.person(0), until
}

// duty is a stretch of one slot that one person has.
type duty struct {
	person       int32
	start, until int64
}

// duties returns who has slot, one after the other: more than one person where
// an edit takes the person on duty off the list. Nobody is left out.
func (b *turns) duties(slot int64) []duty {
	var found []duty
	for t, end := b.begin(slot), b.begin(slot+1); t < end; {
		i, until := latest(b.from, t), end
		if i+1 < len(b.from) {
			until = min(end, b.from[i+1])
		}
		person := b.orders[i].person(slot)
		if last := len(found) - 1; last >= 0 && found[last].person == person && found[last].until == t {
			found[last].until = until
		} else if person != 0 {
			found = append(found, duty{person, t, until})
		}
		t = until
	}
	return found
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
