package slackapp

import (
	"time"

	"toban/bot/outbox"
)

// A limit is how often a method may be called: burst at once, and then
// perMinute. Together they stay within what Slack allows in any minute.
type limit struct{ burst, perMinute int }

var (
	tier2 = limit{5, 15}
	tier3 = limit{10, 40}
	tier4 = limit{20, 80}
)

// limitOf knows the methods that we call. Slack calls the first tier "one a
// minute, and occasional bursts", and nobody knows how large those are: the
// [Socket] spaces its calls out itself, and Slack's 429 says when to pause.
func limitOf(method string) limit {
	switch method {
	case openMethod:
		return limit{30, 30}
	case postMethod:
		return limit{50, 250}
	case "auth.test", "chat.getPermalink":
		return limit{50, 150}
	case "conversations.create", "conversations.archive", "conversations.unarchive", "conversations.rename",
		"conversations.setTopic", "conversations.setPurpose", "conversations.list", "users.list", "users.conversations",
		"usergroups.list", "usergroups.users.list", "usergroups.users.update", "usergroups.enable", "usergroups.disable",
		"pins.add", "pins.remove", "pins.list", "bookmarks.add", "bookmarks.edit", "reactions.remove":
		return tier2
	case "views.open", "views.push", "views.update", "views.publish", "chat.postEphemeral", "users.info",
		"conversations.members", "files.getUploadURLExternal", "files.completeUploadExternal":
		return tier4
	}
	return tier3
}

// A bucket counts the calls of one method.
//
// Slack counts a call at some instant between our sending it and its answer.
// So a call fills its place until a minute after its answer: then no minute,
// wherever it begins, holds more calls than the limit.
type bucket struct {
	limit
	spentUntil  time.Time // when the burst will be whole again
	running     int
	ended       []time.Time // of the last minute, oldest first
	pausedUntil time.Time
}

func (b *bucket) every() time.Duration { return time.Minute / time.Duration(b.perMinute) }

// freeAt says from when on one more call may begin; unknown when only the
// answer to one under way can tell. What is merely told leaves half of the
// burst to what is urgent.
func (b *bucket) freeAt(u outbox.Urgency, now time.Time) (at time.Time, known bool) {
	burst := b.burst
	if u >= outbox.Telling {
		burst = max(1, burst/2)
	}
	at = latest(now, b.pausedUntil)
	at = latest(at, b.spentUntil.Add(-time.Duration(burst-1)*b.every()))
	b.forget(now)
	room := b.burst + b.perMinute - b.running
	if room <= 0 {
		return at, false
	}
	if over := len(b.ended) - room; over >= 0 {
		at = latest(at, b.ended[over].Add(time.Minute))
	}
	return at, true
}

func (b *bucket) forget(now time.Time) {
	n := 0
	for n < len(b.ended) && now.Sub(b.ended[n]) >= time.Minute {
		n++
	}
	b.ended = append(b.ended[:0], b.ended[n:]...)
}

func (b *bucket) begin(now time.Time) {
	b.spentUntil = latest(b.spentUntil, now).Add(b.every())
	b.running++
}

func (b *bucket) end(now time.Time) {
	b.running--
	b.ended = append(b.ended, now)
}

func (b *bucket) undo() {
	b.running--
	b.spentUntil = b.spentUntil.Add(-b.every())
}
