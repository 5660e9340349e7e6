package slackapp

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// keep opens connections, one at a time, whenever there are fewer than wanted,
// until ctx ends.
func (s *Socket) keep(ctx context.Context, links *sync.WaitGroup) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		at, missing := s.due()
		if missing {
			timer.Reset(time.Until(at))
		} else {
			timer.Stop()
		}
		select {
		case <-ctx.Done():
		case <-s.pokes:
		case <-timer.C:
			s.openOne(ctx, links)
		}
	}
}

// due says from when on a connection may be opened, if one is missing.
func (s *Socket) due() (at time.Time, missing bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch n := s.serving(); n {
	case wanted:
		return time.Time{}, false
	case 0:
		return s.back.until, true
	default:
		at, news := s.back.spare(time.Now())
		if news != "" {
			s.log.Info("slack socket: one connection is there, the next one waits", "reason", news, "wait", waitFor(at))
		}
		return at, true
	}
}

func (s *Socket) openOne(ctx context.Context, links *sync.WaitGroup) {
	l, err := s.connect(ctx, links)
	if ctx.Err() != nil {
		if err == nil {
			l.leave(0)
		}
		return
	}
	if err != nil {
		s.note(err)
		return
	}
	links.Go(func() { s.tend(ctx, l) })
}

// note keeps in mind, and says, what went wrong and how long the next try waits.
func (s *Socket) note(err error) {
	words, helpless := troubleWords(err)
	s.mu.Lock()
	s.back.failed(time.Now(), err)
	at, alive := s.back.until, s.status.Alive
	s.status.Trouble, s.status.TroubleAt, s.status.Helpless = words, time.Now(), helpless
	s.mu.Unlock()
	level := slog.LevelWarn
	if helpless {
		level = slog.LevelError
	}
	s.log.Log(context.Background(), level, "slack socket: "+words, "wait", waitFor(at), "alive", alive, "err", err)
}

func waitFor(at time.Time) string { return max(0, time.Until(at)).Round(time.Millisecond).String() }

// tend stays with a link from its hello to its end. One that Slack asks to go
// still works for a while: it stays until another has taken its place. One that
// has fallen silent may, but Slack may also lose on it what it sends: it stays
// only while there is no other.
func (s *Socket) tend(ctx context.Context, l *link) {
	began := time.Now()
	why := l.untilLeave(ctx)
	s.metrics.socket(why.metric())
	s.leaving(l, why, time.Since(began))
	if why.inPeace() && (why != reasonSilence || s.another(l) == nil) {
		wait(helplessWait, l.replaced, l.ended, ctx.Done())
	}
	if why == reasonWarning {
		l.untilRefresh(ctx, lingerFor)
	}
	l.leave(stopWithin)
	s.gone(l)
}

// leaving notes that l has to be replaced, and from when on it may be.
func (s *Socket) leaving(l *link, why leaving, lived time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l.why = why
	serving := s.serving()
	s.back.lost(time.Now(), lived, why, serving == 0)
	s.recount()
	s.log.Info("slack socket ends", "reason", why, "after", lived.Round(time.Millisecond).String(),
		"alive", s.status.Alive, "wait", waitFor(s.back.until))
	if s.status.Alive > 0 || why == reasonStop {
		return
	}
	s.status.Trouble, s.status.Helpless = troubleWords(&lostError{why})
	s.status.TroubleAt = time.Now()
	if s.status.Helpless {
		s.log.Error("slack socket: " + s.status.Trouble)
	}
}

// hello takes a new link in, in the place of the oldest that should go and of
// all that are silent.
func (s *Socket) hello(l *link, connections int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.links = append(s.links, l)
	s.status.Connections = connections
	s.makeRoom(l, connections)
	s.status.Trouble, s.status.TroubleAt, s.status.Helpless = "", time.Time{}, false
	asked := false // one that Slack asked to go has its successor
	for _, old := range s.links {
		if old.why == "" || old.isReplaced || old.why != reasonSilence && asked {
			continue
		}
		asked = asked || old.why != reasonSilence
		old.isReplaced = true
		close(old.replaced)
	}
	s.recount()
}

// makeRoom leaves the last connections that Slack allows to replicas that have
// none: where few are left no second one is opened, and l, if it is one, goes.
func (s *Socket) makeRoom(l *link, connections int) {
	if connections < crowded {
		return
	}
	s.back.spareUntil = time.Now().Add(spareRefused)
	n := s.serving()
	if going := len(s.links) - n; n == wanted && connections-going > crowded {
		l.say(reasonCrowded)
	}
}

func (s *Socket) gone(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.links = slices.DeleteFunc(s.links, func(o *link) bool { return o == l })
	s.recount()
}

// serving counts the links that nothing is wrong with.
func (s *Socket) serving() (n int) {
	for _, l := range s.links {
		if l.why == "" {
			n++
		}
	}
	return n
}

// recount counts those that Slack is heard on, and has keep look again.
func (s *Socket) recount() {
	s.status.Alive = 0
	for _, l := range s.links {
		if l.why == "" || l.why == reasonWarning || l.why == reasonRefresh {
			s.status.Alive++
		}
	}
	if is := s.status.Alive > 0; is != s.status.Connected {
		s.status.Connected, s.status.Since = is, time.Now()
	}
	select {
	case s.pokes <- struct{}{}:
	default:
	}
}

// another is a link beside l on which Slack is heard; nil: there is none.
func (s *Socket) another(l *link) *link {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.links {
		if o != l && o.why == "" {
			return o
		}
	}
	return nil
}
