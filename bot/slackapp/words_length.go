package slackapp

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"toban/bot/msg"
	"toban/bot/slackapp/view"
)

// longest is how far back a question about logs may reach.
const longest = 7 * 24 * time.Hour

var (
	length     = regexp.MustCompile(`^(?:\d{1,5}(?:d|h|min|m|日間?|時間|分間?))+$`)
	lengthPart = regexp.MustCompile(`(\d{1,5})(d|h|min|m|日|時間|分)`)
	likeLength = regexp.MustCompile(`^\d`)
)

// parseLength reads a stretch of time such as 1h, 90m, 1h30m or 1時間. looks
// says that the word can hardly be anything else.
func parseLength(word string) (d time.Duration, ok, looks bool) {
	word = strings.ToLower(word)
	if !length.MatchString(word) {
		return 0, false, likeLength.MatchString(word) && !strings.Contains(word, ".")
	}
	for _, a := range lengthPart.FindAllStringSubmatch(word, -1) {
		unit := time.Minute
		switch a[2] {
		case "d", "日":
			unit = 24 * time.Hour
		case "h", "時間":
			unit = time.Hour
		}
		if d += time.Duration(number(a[1])) * unit; d > longest {
			return 0, false, true
		}
	}
	return d, d >= time.Minute, true
}

// littleWords stand around a length or a facet and say nothing.
var littleWords = []string{"last", "by", "the", "past", "for", "過去", "直近", "の"}

// takeLength reads a length, if that is what comes next.
func (c *call) takeLength(otherwise time.Duration) (time.Duration, error) {
	c.skipLittle()
	word, given := c.next()
	if !given {
		return otherwise, nil
	}
	d, ok, looks := parseLength(word)
	if !ok && looks {
		return 0, refusal(c.say.Say(msg.ErrorLength, msg.Args{"Text": view.Cut(readable(word), 60)}))
	}
	if !ok {
		return otherwise, nil
	}
	c.at++
	return d, nil
}

func (c *call) skipLittle() {
	for c.at < len(c.line.words) && slices.Contains(littleWords, strings.ToLower(c.line.words[c.at].text)) {
		c.at++
	}
}
