package slackapp

import (
	"context"
	"fmt"
	"slices"
	"time"

	"toban/bot/slackapp/view"
)

// publishHome draws somebody's Home tab; notice is what their last press came
// to, in words.
func (a *App) publishHome(ctx context.Context, user, notice string) error {
	w, outside := a.admit(ctx, user, seeInside)
	s, err := a.homeState(ctx, w, a.now())
	if outside != nil {
		s.Incidents = nil
	}
	if err != nil {
		return fmt.Errorf("home of %s: %w", w.id, err)
	}
	s.Notice = notice
	return a.Talk.PublishHome(ctx, string(w.id), view.Home(s, w.context(), w.say))
}

// redrawHome follows a press on the Home tab; it comes right at the next visit
// if it fails.
func (a *App) redrawHome(ctx context.Context, user string) {
	if err := a.publishHome(ctx, user, ""); err != nil {
		a.Log.Warn("a Home tab could not be drawn", "person", user, "err", err)
	}
}

func (a *App) homeState(ctx context.Context, w who, now time.Time) (s view.HomeState, err error) {
	s = view.HomeState{At: now, Next: map[string]view.Next{}}
	all, err := a.schedules(ctx)
	if err != nil {
		return s, err
	}
	if s.Pages, err = a.Reader.CasesOf(ctx, w.id, view.HomePages); err != nil {
		return s, err
	}
	for _, c := range slices.Concat(s.Pages.Waiting, s.Pages.Yours) {
		if c.Page != nil {
			s.Next[c.Page.ID] = a.upcoming(ctx, c, now)
		}
	}
	if s.Incidents, err = a.Incidents.List(ctx, false); err != nil {
		return s, err
	}
	if a.Swaps != nil {
		if s.Swaps, err = a.Swaps.OpenSwaps(ctx, w.id); err != nil {
			return s, err
		}
	}
	s.Turns = a.turns(all, w.id, now)
	s.Duties = dutiesAt(a.rotationNames(), all, now)
	return s, nil
}
