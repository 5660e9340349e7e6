package rotation

import (
	"slices"
	"time"
)

// Version is a rotation as its config had it from At on.
type Version struct {
	At       time.Time
	Rotation Rotation
}

// Continue returns the last of versions, which are in order of time, with the
// member lists of those before it. A list that the config has from At on is an
// edit at that instant, so whoever is on call keeps the shift (rule 7). A
// rotation that was given another start is laid out anew, and nothing before
// counts.
func Continue(versions []Version) Rotation {
	last := versions[len(versions)-1].Rotation
	first := len(versions) - 1
	for first > 0 && versions[first-1].Rotation.Start.Equal(last.Start) {
		first--
	}
	r := last
	r.Members, r.Edits = versions[first].Rotation.Members, nil
	list := r.Members
	for i := first; i < len(versions); i++ {
		v := versions[i]
		if now := v.Rotation.listAt(v.At); i > first && !slices.Equal(now, list) {
			r.Edits = append(r.Edits, Edit{v.At, now})
			list = now
		}
		for _, e := range v.Rotation.byEditTime() {
			if (i == first || e.At.After(v.At)) && (i+1 == len(versions) || e.At.Before(versions[i+1].At)) {
				r.Edits = append(r.Edits, e)
				list = e.Members
			}
		}
	}
	return r
}

// listAt returns the member list that the config itself gives for an instant.
func (r Rotation) listAt(at time.Time) []PersonID {
	list := r.Members
	for _, e := range r.byEditTime() {
		if !e.At.After(at) {
			list = e.Members
		}
	}
	return list
}

// Difference is a time for which another schedule names another person.
type Difference struct {
	Start, End time.Time
	Before     PersonID
	Now        PersonID
}

// Compare returns where now differs from before in [from, until), in order.
func Compare(before, now *Schedule, from, until time.Time) (all []Difference) {
	old, new := before.Final(from, until), now.Final(from, until)
	for len(old) > 0 && len(new) > 0 {
		end := new[0].End
		if old[0].End.Before(end) {
			end = old[0].End
		}
		if d := (Difference{from, end, old[0].OnCall, new[0].OnCall}); d.Before != d.Now {
			all = append(all, d)
		}
		if from = end; !old[0].End.After(end) {
			old = old[1:]
		}
		if !new[0].End.After(end) {
			new = new[1:]
		}
	}
	return all
}
