package slackapp

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts/enrich"
	"toban/bot/msg"
)

const (
	// soon is how long the answer to a command may take to come with the
	// command's own acknowledgement; Slack shows a slow one as failed.
	soon = 400 * time.Millisecond
	// askedAtOnce is how many questions are on their way at a time, and
	// waitingEach how many people may wait for the answer to one.
	askedAtOnce, waitingEach = 4, 20
	// askWithin bounds one question.
	askWithin = 25 * time.Second
	// byeWithin bounds the goodbye to those who wait when the program ends.
	byeWithin = 2 * time.Second
	// apart keeps an answer from overtaking the "asking" that went with the
	// acknowledgement: the two take different ways to Slack.
	apart = 500 * time.Millisecond
)

var (
	errManyAsk = errors.New("too many questions at once")
	errEnding  = errors.New("the program ends")
)

// errands are questions whose answer takes longer than Slack waits. They are
// bounded in number and time, those who ask the same wait for one answer, and
// [App.Close] ends them.
type errands struct {
	mu      sync.Mutex
	running map[string]*errand
	work    sync.WaitGroup
	ctx     context.Context
	stop    context.CancelFunc
	ended   bool
	bye     context.Context // bounds what is said after the end
}

// An errand is one question on its way.
type errand struct {
	done    chan struct{}
	waiting map[string]waiter // by the trigger of the command: Slack delivers twice now and then
	answer  func(who) reply
	err     error
}

// waiter is somebody who was told that the answer comes later.
type waiter struct {
	who
	responseURL string
	since       time.Time
}

// ask answers a command with what get finds: at once where it can, else later
// through the command's own address. question names what is asked; get runs
// once for all who ask it while it is on its way.
func (a *App) ask(ctx context.Context, c *call, question string, get func(context.Context) (func(who) reply, error)) (reply, error) {
	e, err := a.errands.begin(a, question, get)
	if err != nil {
		return a.notAsked(err, c.who), nil
	}
	t := time.NewTimer(soon)
	defer t.Stop()
	select {
	case <-e.done:
	case <-t.C:
	case <-ctx.Done():
	}
	waits, err := a.errands.wait(e, c.key(), waiter{c.who, c.responseURL, time.Now()})
	if err != nil {
		return a.notAsked(err, c.who), nil
	}
	if waits {
		return said(c.say.Say(msg.WafSaidAsking, nil)), nil
	}
	return a.answerOf(e, c.who), nil
}

// begin joins the question that is on its way, or sends it.
func (s *errands) begin(a *App, question string, get func(context.Context) (func(who) reply, error)) (*errand, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil {
		s.running = map[string]*errand{}
		s.ctx, s.stop = context.WithCancel(context.Background())
	}
	if e := s.running[question]; e != nil {
		return e, nil
	}
	switch {
	case s.ended:
		return nil, errEnding
	case len(s.running) >= askedAtOnce:
		return nil, errManyAsk
	}
	e := &errand{done: make(chan struct{}), waiting: map[string]waiter{}}
	s.running[question] = e
	s.work.Go(func() {
		ctx, cancel := context.WithTimeout(s.ctx, askWithin)
		defer cancel()
		e.answer, e.err = guardedGet(ctx, get)
		if e.err != nil && s.ctx.Err() != nil {
			e.err = errEnding
		}
		s.mu.Lock()
		delete(s.running, question)
		close(e.done) // from here on nobody begins to wait
		s.mu.Unlock()
		for _, w := range e.waiting {
			a.deliver(s.ctx, w, a.answerOf(e, w.who))
		}
	})
	return e, nil
}

// guardedGet runs get; a panic of it is an error like any other.
func guardedGet(ctx context.Context, get func(context.Context) (func(who) reply, error)) (answer func(who) reply, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return get(ctx)
}

// wait notes whom to answer later; false when the answer is there.
func (s *errands) wait(e *errand, trigger string, w waiter) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-e.done:
		return false, nil
	default:
	}
	if _, again := e.waiting[trigger]; !again && len(e.waiting) >= waitingEach {
		return false, errManyAsk
	} else if !again {
		e.waiting[trigger] = w
	}
	return true, nil
}

// answerOf is what an errand that is done came to, in w's words.
func (a *App) answerOf(e *errand, w who) reply {
	if e.err != nil {
		return a.notAsked(e.err, w)
	}
	return e.answer(w)
}

// notAsked says why there is no answer. What nobody can mend here is logged
// under an id that the person can name.
func (a *App) notAsked(err error, w who) reply {
	because := func(key msg.Key, args msg.Args) reply {
		return said(w.say.Say(msg.WafSaidFailed, msg.Args{"Why": w.say.Plain(key, args)}))
	}
	if limit, ok := errors.AsType[enrich.RateLimit](err); ok {
		return said(w.say.Say(msg.WafSaidBudget, msg.Args{"At": w.say.Clock(limit.Again(), w.zone)}))
	}
	switch {
	case errors.Is(err, errEnding):
		return said(w.say.Say(msg.ErrorAskEnding, nil))
	case errors.Is(err, errManyAsk):
		return said(w.say.Say(msg.WafSaidBusy, nil))
	case errors.Is(err, enrich.ErrNoKeys):
		return said(w.say.Say(msg.WafSaidNoKeys, nil))
	case errors.Is(err, enrich.ErrRefused):
		return because(msg.ErrorAskRefused, nil)
	case errors.Is(err, context.DeadlineExceeded):
		return because(msg.ErrorAskTimeout, nil)
	}
	id := rand.Text()[:8]
	a.Log.Error("a question to Datadog failed; the person was told", "log", id, "person", w.id, "err", err)
	return because(msg.ErrorAskElse, msg.Args{"ID": id})
}

// deliver puts the answer in the place of "asking", or below it where Slack
// does not replace the answer to a command.
func (a *App) deliver(ctx context.Context, w waiter, r reply) {
	wait := time.NewTimer(time.Until(w.since.Add(apart)))
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		ctx = a.errands.bye
	}
	var err error
	for _, replace := range []bool{true, false} {
		err = a.Talk.Respond(ctx, w.responseURL, &slack.WebhookMessage{
			ResponseType: slack.ResponseTypeEphemeral, ReplaceOriginal: replace, Text: r.text, Blocks: &slack.Blocks{BlockSet: r.blocks},
		})
		if err == nil {
			return
		}
	}
	a.Log.Warn("an answer that somebody waited for could not be sent", "person", w.id, "err", err)
}

// Close ends the questions that are on their way, tells those who wait, and
// returns when nothing of it runs any more. The App takes no further ones.
func (a *App) Close() {
	s := &a.errands
	bye, cancel := context.WithTimeout(context.Background(), byeWithin)
	defer cancel()
	s.mu.Lock()
	if !s.ended {
		s.ended, s.bye = true, bye
	}
	if s.stop != nil {
		s.stop()
	}
	s.mu.Unlock()
	s.work.Wait()
}
