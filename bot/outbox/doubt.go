package outbox

import "time"

// A Doubt is a message that was sent without anybody knowing what became of it:
// the answer came too late or never, or the process died. Slack may still make
// it, beside the one that was sent in its place.
type Doubt struct {
	Message
	Since time.Time // when it was sent, the last time
}

// lateLooks are how long after a post its place is looked at again. Slack has
// been seen to finish one tens of seconds later.
var lateLooks = []time.Duration{15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute}

// NextLook is when Slack is asked again, after a look at an instant; zero: it is
// settled. While a message waits to be sent again, it is not.
func (d Doubt) NextLook(at time.Time) time.Time {
	for _, after := range lateLooks {
		if next := d.Since.Add(after); next.After(at) {
			return next
		}
	}
	if d.TS == "" && d.Storm == "" && d.Trouble == "" && d.Shown < d.Wanted {
		return at.Add(time.Minute)
	}
	return time.Time{}
}

// Double reports whether a post found at ts is one too many: another shows the
// message. found are all of its posts, so that the one that is kept is there.
func (d Doubt) Double(ts string, found []string) bool {
	if d.TS == "" {
		return d.Storm != ""
	}
	for _, other := range found {
		if other == d.TS {
			return ts != d.TS
		}
	}
	return false
}
