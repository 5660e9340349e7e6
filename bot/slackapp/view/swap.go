package view

import (
	"strings"

	"github.com/slack-go/slack"

	"toban/bot/msg"
	"toban/rotation"
)

// Swap draws the request for the person who was asked.
func Swap(r rotation.SwapRequest, x Context, m msg.Catalog) (string, []slack.Block) {
	x.Reader = r.Other
	title := m.Say(msg.SwapTitleOther, swapArgs(r))
	text := m.Say(msg.SwapTextOther, msg.Args{
		"Asker": msg.Person(r.Asker), "Rotation": Cut(r.Rotation, 80),
		"Give": m.Span(r.Mine.Start, r.Mine.End, x.zone()), "Get": m.Planned(r.Theirs.Start, r.Theirs.End, x.zone()),
	})
	if r.State != rotation.SwapOpen {
		text = swapEnd(r, x, m)
	}
	var row []slack.BlockElement
	if r.State == rotation.SwapOpen {
		row = append(row, button(m, SwapAccept, r.ID, msg.SwapButtonAccept, nil).WithStyle(slack.StylePrimary),
			button(m, SwapDecline, r.ID, msg.SwapButtonDecline, nil))
	}
	return swapMessage(r, x, m, text, title, row)
}

// SwapAsker draws the copy of the person who asked.
func SwapAsker(r rotation.SwapRequest, x Context, m msg.Catalog) (string, []slack.Block) {
	x.Reader = r.Asker
	title := m.Say(msg.SwapTitleAsker, swapArgs(r))
	text := title
	var row []slack.BlockElement
	if r.State == rotation.SwapOpen {
		row = append(row, button(m, SwapWithdraw, r.ID, msg.SwapButtonWithdraw, nil))
	} else {
		text = swapEnd(r, x, m)
	}
	return swapMessage(r, x, m, text, title, row)
}

// SwapChannel draws what the team sees in the rotation's channel.
func SwapChannel(r rotation.SwapRequest, x Context, m msg.Catalog) (string, []slack.Block) {
	x.Reader = ""
	title := m.Say(msg.SwapTitleChannel, swapArgs(r))
	text := title
	if r.State != rotation.SwapOpen {
		text = swapEnd(r, x, m)
	}
	return swapMessage(r, x, m, text, title, nil)
}

func swapArgs(r rotation.SwapRequest) msg.Args {
	return msg.Args{"Asker": msg.Person(r.Asker), "Other": msg.Person(r.Other), "Rotation": msg.Bold(Cut(r.Rotation, 80))}
}

// swapMessage puts how it ended first, then who asked, then the two shifts.
// Once it has ended, who asked is told as the past that it is.
func swapMessage(r rotation.SwapRequest, x Context, m msg.Catalog, text, title string, row []slack.BlockElement) (string, []slack.Block) {
	var blocks []slack.Block
	if end := swapEnd(r, x, m); end != "" {
		blocks = append(blocks, section(end))
		title = m.Say(msg.SwapTitleChannel, swapArgs(r))
	}
	blocks = append(blocks, section(join("\n", title, swapShifts(r, x, m))))
	if r.State == rotation.SwapOpen || r.State == rotation.SwapAccepted {
		if warnings := swapWarnings(r, x, m); warnings != "" {
			blocks = append(blocks, section(warnings))
		}
	}
	if len(row) > 0 {
		blocks = append(blocks, slack.NewActionBlock("swap/"+r.ID, row...))
	}
	if r.State == rotation.SwapOpen {
		blocks = append(blocks, note(m.Say(msg.SwapExpires, msg.Args{"Until": m.At(r.ExpiresAt, x.zone())}))...)
	}
	return cutMrkdwn(text, 3000), blocks
}

// swapShifts says the two shifts in the reader's words. The asker takes
// Theirs and gives Mine; the other person sees it the other way round.
func swapShifts(r rotation.SwapRequest, x Context, m msg.Catalog) string {
	mine, theirs := m.Planned(r.Mine.Start, r.Mine.End, x.zone()), m.Planned(r.Theirs.Start, r.Theirs.End, x.zone())
	if r.State == rotation.SwapAccepted {
		return join("\n", nowOn(r.Asker, theirs, x, m), nowOn(r.Other, mine, x, m))
	}
	switch {
	case r.State != rotation.SwapOpen:
	case x.Reader == r.Other:
		return join("\n", m.Say(msg.SwapYouTake, msg.Args{"Span": mine, "Who": msg.Person(r.Asker)}),
			m.Say(msg.SwapYouGive, msg.Args{"Span": theirs}))
	case x.Reader == r.Asker:
		return join("\n", m.Say(msg.SwapYouTake, msg.Args{"Span": theirs, "Who": msg.Person(r.Other)}),
			m.Say(msg.SwapYouGive, msg.Args{"Span": mine}))
	}
	return join("\n", m.Say(msg.SwapTheyTake, msg.Args{"Span": mine, "Who": msg.Person(r.Other)}),
		m.Say(msg.SwapTheyTake, msg.Args{"Span": theirs, "Who": msg.Person(r.Asker)}))
}

func nowOn(p rotation.PersonID, span string, x Context, m msg.Catalog) string {
	if p == x.Reader {
		return m.Say(msg.SwapNowYou, msg.Args{"Span": span})
	}
	return m.Say(msg.SwapNowOn, msg.Args{"Span": span, "Who": msg.Person(p)})
}

func swapWarnings(r rotation.SwapRequest, x Context, m msg.Catalog) string {
	var lines []string
	for _, w := range r.Warnings {
		args := msg.Args{"Who": msg.Person(w.User), "For": m.Duration(w.End.Sub(w.Start)), "Span": m.Planned(w.Start, w.End, x.zone())}
		if w.User == x.Reader {
			delete(args, "Who")
			lines = append(lines, m.Say(msg.SwapWarningYou, args))
			continue
		}
		lines = append(lines, m.Say(msg.SwapWarning, args))
	}
	return strings.Join(lines, "\n")
}

// SwapEnd says how a request ended, in the words of x.Reader; blank while it
// is open.
func SwapEnd(r rotation.SwapRequest, x Context, m msg.Catalog) string { return swapEnd(r, x, m) }

func swapEnd(r rotation.SwapRequest, x Context, m msg.Catalog) string {
	at := m.Moment(r.DecidedAt, x.zone())
	say := func(them, you msg.Key) string {
		if x.Reader != "" && x.Reader == r.DecidedBy() {
			return m.Say(you, msg.Args{"At": at})
		}
		return m.Say(them, msg.Args{"Who": msg.Person(r.DecidedBy()), "At": at})
	}
	switch r.State {
	case rotation.SwapAccepted:
		return say(msg.SwapAccepted, msg.SwapAcceptedYou)
	case rotation.SwapDeclined:
		return say(msg.SwapDeclined, msg.SwapDeclinedYou)
	case rotation.SwapWithdrawn:
		return say(msg.SwapWithdrawn, msg.SwapWithdrawnYou)
	case rotation.SwapExpired:
		return m.Say(msg.SwapExpired, msg.Args{"At": at})
	case rotation.SwapMoved:
		return m.Say(msg.SwapMoved, nil)
	}
	return ""
}
