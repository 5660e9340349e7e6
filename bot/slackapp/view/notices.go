package view

import (
	"strings"

	"github.com/slack-go/slack"

	"toban/alerts/findings"
	"toban/bot/msg"
)

// notices shows what scanners and Security Hub say of themselves.
func notices(b findings.Bulletin, x Context, m msg.Catalog) (string, []slack.Block) {
	title := m.Say(msg.NoticesTitle, msg.Args{"Day": dayOf(b, x, m)})
	rows := []string{"*" + title + "*"}
	shown, last := 0, ""
	for _, n := range b.Notices {
		shown += n.Times
		row, short := notice(n, m)
		if n.Times > 1 {
			row += " " + m.Say(msg.NoticesTimes, msg.Args{"Count": number(n.Times)})
		}
		if said := msg.Escape(Cut(n.Text, 300)); said != "" {
			row += "\n      " + said
		}
		rows, last = append(rows, "• "+row), short
	}
	if more := b.Total - shown; more > 0 {
		rows = append(rows, m.Say(msg.FindingListMore, msg.Args{"Count": number(more)}))
	}
	text := title
	if last != "" {
		text += ": " + msg.Escape(Cut(last, 200))
	}
	return text, sections(rows)
}

// notice says in people's words what is wrong, with the place; short is the
// same for a locked phone. What is not known stays in the scanner's own words.
func notice(n findings.Notice, m msg.Catalog) (row, short string) {
	place := Cut(strings.TrimSuffix(n.Bucket+"/"+n.Key, "/"), 120)
	switch {
	case n.Source != "":
		short = m.Plain(msg.NoticesSource, msg.Args{"Source": Cut(n.Source, 40)})
		return string(msg.Bold(short)), short
	case n.Bucket != "" && strings.HasPrefix(n.Title, protectionStatus):
		key, args := msg.NoticesUnscanned, msg.Args{"Bucket": place, "Why": m.Plain(scannerWhy(n.Text), nil)}
		if !strings.HasSuffix(n.Title, "Error") {
			key = msg.NoticesDoubtful
		}
		short = m.Plain(key, args)
		return string(msg.Bold(short)), short
	}
	short = strings.TrimSpace(n.Title + " " + n.Bucket)
	row = string(msg.Bold(Cut(n.Title, 120)))
	if n.Bucket != "" {
		row += " " + string(msg.Code(place))
	}
	return row, short
}

// protectionStatus begins the titles of GuardDuty's events about a bucket's
// protection plan.
// Source: docs.aws.amazon.com/guardduty/latest/ug/monitor-with-eventbridge-s3-malware-protection.html
const protectionStatus = "GuardDuty Malware Protection Resource Status"

// scannerWhy finds the words for GuardDuty's reason codes.
func scannerWhy(text string) msg.Key {
	switch {
	case strings.Contains(text, "PERMISSION") || strings.Contains(text, "ACCESS_DENIED"):
		return msg.NoticesWhyPermission
	case strings.Contains(text, "EVENTBRIDGE"):
		return msg.NoticesWhyEvents
	case strings.Contains(text, "BUCKET"):
		return msg.NoticesWhyBucket
	}
	return msg.NoticesWhyUnknown
}
