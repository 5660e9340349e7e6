package view

import (
	"strings"
	"time"

	"toban/alerts"
	"toban/bot/msg"
)

// historyLines is how many entries stay visible; older ones are counted.
const historyLines = 5

// history tells what happened, oldest first, folded to the last lines.
func history(log []alerts.Entry, x Context, m msg.Catalog) string {
	var lines []string
	if older := len(log) - historyLines; older > 0 {
		lines = append(lines, "_"+m.Say(msg.PageLogMore, msg.Args{"N": older})+"_")
		log = log[older:]
	}
	for _, e := range log {
		line := entry(e, x, m)
		if e.Unverified {
			line = m.Say(msg.PageLogUnverified, msg.Args{"Line": msg.Markup(line)})
		}
		lines = append(lines, string(m.Clock(e.At, x.zone()))+" "+line)
	}
	return strings.Join(lines, "\n")
}

var entryKeys = map[alerts.Deed]msg.Key{
	alerts.DidAcknowledge: msg.PageLogAcknowledge,
	alerts.DidTake:        msg.PageLogTake,
	alerts.DidEscalate:    msg.PageLogEscalate,
	alerts.DidResolve:     msg.PageLogResolve,
	alerts.DidRecover:     msg.PageLogRecover,
	alerts.DidMute:        msg.PageLogMute,
	alerts.DidExhaust:     msg.PageLogExhaust,
	alerts.DidNobody:      msg.PageLogNobody,
	alerts.DidSettle:      msg.PageLogSettle,
	alerts.DidWake:        msg.PageLogWake,
	alerts.DidRepeat:      msg.PageLogRepeat,
	alerts.DidDeclare:     msg.PageLogDeclare,
	alerts.DidReopen:      msg.PageLogReopen,
	alerts.DidDisown:      msg.PageLogDisown,
}

func entry(e alerts.Entry, x Context, m msg.Catalog) string {
	args := msg.Args{"Who": msg.Person(e.Who)}
	switch e.Did {
	case alerts.DidPage:
		if e.Who == "" {
			args["Who"] = msg.Channel(Cut(e.Detail, 80))
		}
		return m.Say(msg.PageLogPage, args)
	case alerts.DidSkip:
		return m.Say(msg.PageLogSkip, msg.Args{"Rotation": msg.Bold(Cut(e.Detail, 80))})
	case alerts.DidSnooze:
		args["Until"] = m.Moment(e.Until, x.zone())
		return m.Say(msg.PageLogSnooze, args)
	case alerts.DidHold:
		args["Until"] = m.Moment(e.Until, x.zone())
		return m.Say(msg.PageLogHold, args)
	case alerts.DidDamp:
		return m.Say(msg.PageLogDamp, msg.Args{"Until": m.Precisely(e.Until, x.zone())})
	case alerts.DidWorsen:
		return m.Say(msg.PageLogWorsen, msg.Args{"To": severityWord(e.Detail, m)})
	case alerts.DidMove:
		return m.Say(msg.PageLogMove, msg.Args{"Policy": msg.Bold(Cut(e.Detail, 80))})
	case alerts.DidFail:
		if e.Channel != "" {
			args["Who"] = msg.Channel(Cut(e.Channel, 80))
		}
		args["Why"] = Cut(e.Detail, 80)
		return m.Say(msg.PageLogFail, args)
	case alerts.DidLate:
		late, err := time.ParseDuration(e.Detail)
		if err != nil {
			return m.Say(msg.PageLogLate, msg.Args{"Late": Cut(e.Detail, 20)})
		}
		return m.Say(msg.PageLogLate, msg.Args{"Late": m.Duration(late)})
	}
	key, known := entryKeys[e.Did]
	if !known { // a newer version wrote it
		return m.Say(msg.PageLogUnknown, msg.Args{"Did": Cut(string(e.Did), 40)})
	}
	return m.Say(key, args)
}

// severityWord says a level in words; a priority says itself.
func severityWord(detail string, m msg.Catalog) string {
	switch alerts.Level(detail) {
	case alerts.LevelAlert:
		return m.Plain(msg.PageLeadAlert, nil)
	case alerts.LevelNoData:
		return m.Plain(msg.PageLeadNoData, nil)
	}
	return Cut(detail, 20)
}
