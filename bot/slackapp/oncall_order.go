package slackapp

import (
	"cmp"
	"slices"

	"toban/alerts"
	"toban/bot/slackapp/view"
)

func sortByStart(turns []view.Turn) {
	slices.SortStableFunc(turns, func(a, b view.Turn) int { return a.Start.Compare(b.Start) })
}

// worstFirst puts what nobody answers before what nobody has answered yet,
// that before what is in hand, and then goes by priority and age.
func worstFirst(cases []alerts.Case) {
	slices.SortStableFunc(cases, func(a, b alerts.Case) int {
		return cmp.Or(need(a)-need(b), a.Alert.Priority.Rank()-b.Alert.Priority.Rank(), a.Alert.OpenedAt.Compare(b.Alert.OpenedAt))
	})
}

func need(c alerts.Case) int {
	if c.Page == nil {
		return 9
	}
	return map[alerts.PageState]int{alerts.PageUnanswered: 0, alerts.PageTriggered: 1, alerts.PageAcknowledged: 2, alerts.PageSnoozed: 3}[c.Page.State]
}
