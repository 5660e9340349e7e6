package view

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/bot/msg"
	"toban/rotation"
)

// Duty is who holds the pager of a rotation, until when, and who is next.
type Duty struct {
	Rotation string
	Who      rotation.PersonID // Nobody in a gap
	Until    time.Time         // zero: nothing changes any more
	Next     rotation.PersonID
}

// Turn is one stretch of somebody's duty.
type Turn struct {
	Rotation   string
	Who        rotation.PersonID
	Start, End time.Time
}

// OnCall draws who is on call; at zero means now.
func OnCall(duties []Duty, at time.Time, x Context, m msg.Catalog) (string, []slack.Block) {
	if len(duties) == 0 {
		text := m.Say(msg.OncallNone, nil)
		return text, []slack.Block{section(text)}
	}
	title := m.Say(msg.OncallTitleNow, nil)
	if !at.IsZero() {
		title = m.Say(msg.OncallTitleAt, msg.Args{"At": m.Time(at, x.zone())})
	}
	return listed(append([]string{withZone("*"+title+"*", x, m)}, dutyLines(duties, x, m)...))
}

// withZone says on whose clock the times are that stand in a list.
func withZone(title string, x Context, m msg.Catalog) string {
	between := " "
	if strings.HasSuffix(title, "。") {
		between = ""
	}
	return join(between, title, m.Say(msg.TimeZone, msg.Args{"Zone": ZoneOf(x.zone())}))
}

// ZoneOf names a zone as people know it: "Asia/Tokyo".
func ZoneOf(zone *time.Location) string { return zone.String() }

func dutyLines(duties []Duty, x Context, m msg.Catalog) []string {
	var lines []string
	for _, d := range duties {
		lines = append(lines, dutyLine(d, x, m))
	}
	return lines
}

func dutyLine(d Duty, x Context, m msg.Catalog) string {
	args := msg.Args{"Rotation": Cut(d.Rotation, 80), "Who": msg.Person(d.Who)}
	if d.Until.IsZero() {
		if d.Who == rotation.Nobody {
			return m.Say(msg.OncallLineNobody, args)
		}
		return m.Say(msg.OncallLineStays, args)
	}
	args["Until"], args["Next"] = m.Time(d.Until, x.zone()), msg.Person(d.Next)
	switch {
	case d.Who == rotation.Nobody && d.Next == rotation.Nobody:
		return m.Say(msg.OncallLineNobody, args)
	case d.Who == rotation.Nobody:
		return m.Say(msg.OncallLineNobodyUntil, args)
	case d.Next == rotation.Nobody:
		return m.Say(msg.OncallLineThenNobody, args)
	}
	return m.Say(msg.OncallLine, args)
}

// Why draws the reasons for who is on call.
func Why(names []string, reasons []rotation.Explanation, x Context, m msg.Catalog) (string, []slack.Block) {
	var lines []string
	for i, r := range reasons {
		lines = append(lines, why(names[i], r.Because, x, m))
	}
	if len(lines) == 0 {
		lines = []string{m.Say(msg.OncallNone, nil)}
	}
	return listed(lines)
}

func why(name string, b rotation.Because, x Context, m msg.Catalog) string {
	args := msg.Args{
		"Rotation": msg.Bold(Cut(name, 80)), "Who": msg.Person(b.User), "Replaced": msg.Person(b.Replaced),
		"Span": m.Planned(b.Start, b.End, x.zone()), "At": m.At(b.End, x.zone()),
	}
	if b.Replaced == rotation.Nobody && b.Kind == rotation.BecauseCover {
		b.Kind = rotation.BecauseOverride
	}
	key := map[rotation.Reason]msg.Key{
		rotation.BecauseTurn: msg.OncallWhyTurn, rotation.BecauseTookOver: msg.OncallWhyTookOver, rotation.BecauseSwap: msg.OncallWhySwap,
		rotation.BecauseCover: msg.OncallWhyCover, rotation.BecauseOverride: msg.OncallWhyOverride,
		rotation.BecauseBeforeStart: msg.OncallWhyBeforeStart, rotation.BecauseNoMembers: msg.OncallWhyNoMembers,
	}[b.Kind]
	return m.Say(key, args)
}

// Mine draws somebody's own shifts, those that run now first.
func Mine(turns []Turn, now time.Time, x Context, m msg.Catalog) (string, []slack.Block) {
	if len(turns) == 0 {
		text := m.Say(msg.OncallMineNone, nil)
		return text, []slack.Block{section(text)}
	}
	title := m.Say(msg.OncallMineTitle, nil)
	lines := nowLines(turns, now, x, m)
	lines = append(lines, withZone(string(msg.Bold(title)), x, m))
	return listed(append(lines, turnLines(turns, 20, x, m)...))
}

func nowLines(turns []Turn, now time.Time, x Context, m msg.Catalog) []string {
	var lines []string
	for _, t := range turns {
		if !now.Before(t.Start) && now.Before(t.End) {
			lines = append(lines, m.Say(msg.OncallMineNow, msg.Args{"Rotation": Cut(t.Rotation, 80), "Until": m.At(t.End, x.zone())}))
		}
	}
	return lines
}

func turnLines(turns []Turn, most int, x Context, m msg.Catalog) []string {
	var lines []string
	for i, t := range turns {
		if i == most {
			lines = append(lines, m.Say(msg.OncallMineMore, msg.Args{"N": len(turns) - i}))
			break
		}
		lines = append(lines, m.Say(msg.OncallMineLine, msg.Args{"Rotation": Cut(t.Rotation, 80), "Span": m.Span(t.Start, t.End, x.zone())}))
	}
	return lines
}

// Plan is who is on call by one rotation, stretch by stretch. A zero Start or
// End lies further away than was looked.
type Plan struct {
	Rotation  string
	Stretches []rotation.Stretch
}

// Schedule draws the final plan of some rotations in span.
func Schedule(plans []Plan, span rotation.Span, x Context, m msg.Catalog) (string, []slack.Block) {
	if len(plans) == 0 {
		text := m.Say(msg.OncallNone, nil)
		return text, []slack.Block{section(text)}
	}
	var lines []string
	for _, p := range plans {
		title := m.Say(msg.OncallScheduleTitle, msg.Args{"Rotation": msg.Bold(Cut(p.Rotation, 80)), "Span": m.Span(span.Start, span.End, x.zone())})
		if len(lines) == 0 {
			title = withZone(title, x, m)
		}
		lines = append(append(lines, title), planLines(p, x, m)...)
	}
	return listed(lines)
}

func planLines(p Plan, x Context, m msg.Catalog) []string {
	var lines []string
	var week time.Time
	for i, s := range p.Stretches {
		if i == 60 {
			return append(lines, m.Say(msg.OncallMineMore, msg.Args{"N": len(p.Stretches) - i}))
		}
		args := msg.Args{"Span": stretch(s, x, m)}
		if len(p.Stretches) > weekFrom && !s.Start.IsZero() {
			if monday := weekOf(s.Start, x.zone()); monday != week {
				week = monday
				lines = append(lines, m.Say(msg.OncallScheduleWeek, msg.Args{"Day": m.Day(monday, x.zone())}))
			}
			args["Span"] = m.Time(s.Start, x.zone()) // the next line says until when
		}
		if s.OnCall == rotation.Nobody {
			lines = append(lines, m.Say(msg.OncallScheduleGap, args))
			continue
		}
		args["Who"] = msg.Person(s.OnCall)
		lines = append(lines, m.Say(msg.OncallScheduleLine, args))
	}
	return lines
}

// weekFrom is how many shifts are too many for one list: more are grouped by
// week, a phone's screen each, with one short line for each handoff.
const weekFrom = 10

// weekOf is the Monday, at midnight in zone, of the week that at lies in.
func weekOf(at time.Time, zone *time.Location) time.Time {
	at = at.In(zone)
	return time.Date(at.Year(), at.Month(), at.Day()-(int(at.Weekday())+6)%7, 0, 0, 0, 0, zone)
}

// stretch says from when until when; what lies further away than was looked is
// left open.
func stretch(s rotation.Stretch, x Context, m msg.Catalog) string {
	switch {
	case s.Start.IsZero() && s.End.IsZero():
		return m.Say(msg.OncallScheduleAlways, nil)
	case s.Start.IsZero():
		return m.Say(msg.OncallScheduleUntil, msg.Args{"Until": m.Time(s.End, x.zone())})
	case s.End.IsZero():
		return m.Say(msg.OncallScheduleFrom, msg.Args{"From": m.Time(s.Start, x.zone())})
	}
	return m.Span(s.Start, s.End, x.zone())
}

// OpenAlerts draws the private answer that lists what is open, worst first.
func OpenAlerts(cases []alerts.Case, total int, x Context, m msg.Catalog) (string, []slack.Block) {
	if total == 0 {
		text := m.Say(msg.PageAlertsNone, nil)
		return text, []slack.Block{section(text)}
	}
	title := m.Say(msg.PageAlertsTitle, msg.Args{"N": total})
	lines := []string{string(msg.Bold(title))}
	for i, c := range cases {
		if i == 15 {
			break
		}
		args := msg.Args{"Lead": Lead(c, m), "Title": Cut(c.Alert.Title, 120)}
		where := ""
		if c.Alert.Channel != "" {
			where = string(msg.Channel(c.Alert.Channel))
		}
		owner := ""
		if c.Page != nil && c.Page.OwnedBy != "" {
			owner = string(msg.Person(c.Page.OwnedBy))
		}
		lines = append(lines, join(" · ", join(" ", m.Say(msg.PageAlertsLine, args), scope(c.Alert)), owner, where))
	}
	if rest := total - min(len(cases), 15); rest > 0 {
		lines = append(lines, m.Say(msg.PageAlertsMore, msg.Args{"N": rest}))
	}
	return listed(lines)
}
