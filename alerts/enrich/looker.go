package enrich

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"toban/alerts"
	"toban/alerts/scan"
)

// Store is where a [Looker] finds what to look up and saves what it found.
type Store interface {
	// DueContexts returns up to limit cases whose context is to be looked up at
	// or before at and that are not among skip: those that page first, then the
	// oldest. next is the earliest instant after at; zero: none.
	DueContexts(ctx context.Context, at time.Time, limit int, skip []string) (cases []alerts.Case, next time.Time, err error)
	// SaveContext saves what is known about an alert and keeps a correction
	// that a person made meanwhile. The alert's messages are drawn again; one
	// that waited for this is shown at once. It is to be looked up again at
	// again; zero: no more.
	SaveContext(ctx context.Context, alert string, c alerts.Context, again time.Time) error
	// Knows reports whether a finding or a scan was ever saved.
	Knows(ctx context.Context) (bool, error)
	// Around returns what is saved about the things that a names.
	Around(ctx context.Context, a Around) (Known, error)
	// Spend notes a question to Datadog at an instant, unless as many as may were
	// noted in the hour before, by whichever replica; then it returns when the
	// next one has room.
	Spend(ctx context.Context, at time.Time, may int) (free time.Time, err error)
	// Lease grants name to one holder at a time.
	Lease(ctx context.Context, name, holder string, now time.Time, ttl time.Duration) (held bool, err error)
}

// Around names the things that an alert is about.
type Around struct {
	Services    []string // values of its tags service and team
	Account     string
	Bucket, Key string
	// Buckets are those of Team, who owns the alert's tags, as they stand in the
	// config ("uploads-*"): they count where the alert names no bucket.
	Team    string
	Buckets []string
	Since   time.Time
}

// Known is what the bot itself has saved.
type Known struct {
	Scan     *scan.Result // the latest of Bucket and Key
	Scans    alerts.Scans
	Findings []alerts.OpenFinding
	Open     int
}

// Places are where a [Looker] looks, and how.
type Places struct {
	Store    Store
	Logs     Logs // nil: nothing outside is asked
	Settings Settings
	Holder   string // names this process among the replicas
	// Owner names the team that owns tags, and its buckets; tag gives the value
	// of each tag by its name.
	Owner func(tag func(name string) string) (team string, buckets []string)
	// Trouble is told of what went wrong but stopped nothing, for the log.
	Trouble func(error)
}

// Looker looks up what is known about alerts. Its methods may be called from
// any goroutine.
type Looker struct {
	Places

	mu     sync.Mutex
	busy   map[string]bool // alerts that are being looked up
	work   sync.WaitGroup
	knows  atomic.Bool // findings or scans are saved
	meter  meter
	shared shared // answers that several alerts need
}

// New returns a Looker that is ready.
func New(p Places) *Looker {
	if p.Trouble == nil {
		p.Trouble = func(error) {}
	}
	if p.Owner == nil {
		p.Owner = ownedByNobody
	}
	return &Looker{
		Places: p, busy: map[string]bool{},
		meter: meter{budget: p.Settings.PerHour, spend: p.Store.Spend, free: map[bool]time.Time{}}, shared: shared{answers: map[asked]*answer{}},
	}
}

func ownedByNobody(func(string) string) (string, []string) { return "", nil }

const (
	// atOnce is how many alerts are looked up at the same time.
	atOnce = 4
	// firstTry and laterTry bound a question to Datadog. The first answer must
	// come, or be given up, while the first sight waits for it (five seconds);
	// when it is tried again nobody waits.
	firstTry, laterTry = 4500 * time.Millisecond, 10 * time.Second
	// holdFor is how long after its death another replica looks things up.
	holdFor = 5 * time.Second
	// maxTries bounds how often what was missing is asked for again.
	maxTries = 4
)

// afterStorm is how long all but blocked requests wait to be looked up: in a
// storm most alerts have gone into one message by then, where nobody reads
// their context.
const afterStorm = time.Second

// Look says whether there is something to look up about a fresh alert, after
// how long, and how long its first sight may wait for that. Where nothing can
// be known nothing is: a storm of 10,000 look-ups that find nothing costs the
// store more than the storm.
func (l *Looker) Look(a alerts.Alert) (look bool, after, patience time.Duration) {
	switch {
	case a.By != "": // sent by a person, who said what they know
		return false, 0, 0
	case a.Source == "scan":
		return true, 0, l.Settings.Wait
	case l.Logs != nil && l.Settings.isWAF(a):
		return true, 0, l.Settings.Wait
	}
	return l.asks(a), afterStorm, 0
}

// asks reports whether a look-up of an alert that is not about blocked requests
// would ask anybody anything.
func (l *Looker) asks(a alerts.Alert) bool {
	if l.Logs != nil && (l.Settings.asksDeploys(a) || l.Settings.asksBeside(a)) {
		return true
	}
	return l.knows.Load() && l.names(a).any()
}

// learn finds out whether there are findings or scans to be known.
func (l *Looker) learn(ctx context.Context) error {
	if l.knows.Load() {
		return nil
	}
	knows, err := l.Store.Knows(ctx)
	if knows {
		l.knows.Store(true)
	}
	return err
}

// Due begins to look up what is due and returns when something will be. It
// does not wait for answers: [Looker.Wait] does.
func (l *Looker) Due(ctx context.Context, at time.Time) (next time.Time, err error) {
	if err := l.learn(ctx); err != nil {
		return time.Time{}, err
	}
	l.mu.Lock()
	free := atOnce - len(l.busy)
	var skip []string
	for id := range l.busy {
		skip = append(skip, id)
	}
	l.mu.Unlock()
	if len(skip) > 0 { // while something is on its way it stays ours
		if _, err := l.hold(ctx, at); err != nil {
			return time.Time{}, err
		}
	}
	if free <= 0 {
		return time.Time{}, nil // whoever ends saves, and that wakes the timers
	}
	cases, next, err := l.Store.DueContexts(ctx, at, free, skip)
	if err != nil || len(cases) == 0 {
		return next, err
	}
	held, err := l.hold(ctx, at)
	if err != nil {
		return time.Time{}, err
	}
	if !held { // another replica does it, or leaves it to us soon
		return at.Add(time.Second), nil
	}
	for _, c := range cases {
		l.begin(ctx, c)
	}
	return next, nil
}

// hold makes this process the one that looks things up, unless another is.
func (l *Looker) hold(ctx context.Context, at time.Time) (held bool, err error) {
	if held, err = l.Store.Lease(ctx, "context", l.Holder, at, holdFor); err != nil {
		return false, fmt.Errorf("lease: %w", err)
	}
	return held, nil
}

func (l *Looker) begin(ctx context.Context, c alerts.Case) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy[c.Alert.ID] {
		return
	}
	l.busy[c.Alert.ID] = true
	l.work.Go(func() {
		defer func() {
			l.mu.Lock()
			delete(l.busy, c.Alert.ID)
			l.mu.Unlock()
		}()
		found, again := l.lookUp(ctx, c)
		if ctx.Err() != nil {
			return // it is still due, and looked up after the restart
		}
		// A person may act on an alert at any moment; that this is saved does not
		// depend on it.
		if err := l.Store.SaveContext(ctx, c.Alert.ID, found, again); err != nil && !errors.Is(err, alerts.ErrNotFound) && ctx.Err() == nil {
			l.Trouble(fmt.Errorf("save what is known about alert %s: %w", c.Alert.ID, err))
		}
	})
}

// Wait returns when nothing is being looked up any more; the context given to
// [Looker.Due] must have ended.
func (l *Looker) Wait() { l.work.Wait() }

// lookUp finds what is known about c's alert, and when to look again for what
// is missing.
func (l *Looker) lookUp(ctx context.Context, c alerts.Case) (alerts.Context, time.Time) {
	now := time.Now()
	found := alerts.Context{At: now}
	if c.Context != nil {
		found.Tries = c.Context.Tries
	}
	found.Tries++
	q := asking{l: l, alert: c.Alert.ID, urgent: c.Page != nil && c.Page.Open(), within: firstTry}
	if found.Tries > 1 {
		q.within = laterTry
	}
	l.around(ctx, c.Alert, &found)
	if l.Logs == nil {
		return found, time.Time{}
	}
	var parts sync.WaitGroup
	if l.Settings.isWAF(c.Alert) {
		parts.Go(func() { q.blocked(ctx, c.Alert, &found) })
	} else {
		parts.Go(func() { q.beside(ctx, c.Alert, &found) })
	}
	parts.Go(func() { q.deploys(ctx, c.Alert, &found) })
	parts.Wait()
	found.Missing = q.missing
	if c.Context != nil {
		keepWhatWasKnown(&found, c.Context)
	}
	return found, q.again(found.Tries, now)
}

// keepWhatWasKnown leaves an earlier answer where a later try found nothing: a
// look-up that failed must not take away what was there.
func keepWhatWasKnown(found, before *alerts.Context) {
	for _, m := range found.Missing {
		switch m.Part {
		case "waf":
			if found.WAF == nil {
				found.WAF = before.WAF
			}
		case "deploys":
			found.Deploys = before.Deploys
		case "blocked":
			found.Blocked = before.Blocked
		}
	}
}

// names are the things that a is about, as far as its tags say.
func (l *Looker) names(a alerts.Alert) Around {
	names := Around{
		Account: first(tag(a, "account"), tag(a, "aws_account"), tag(a, "account_id")),
		Bucket:  first(tag(a, "bucket"), tag(a, "bucketname"), tag(a, "s3_bucket")),
		Since:   a.OpenedAt.Add(-30 * 24 * time.Hour),
	}
	if a.Source == "scan" {
		names.Key = alerts.Tag(a.Tags, "key")
	}
	for _, name := range []string{"service", "team"} {
		if value := tag(a, name); value != "" {
			names.Services = append(names.Services, value)
		}
	}
	names.Team, names.Buckets = l.Owner(func(name string) string { return tag(a, name) })
	return names
}

func (n Around) any() bool {
	return n.Account != "" || n.Bucket != "" || len(n.Buckets) > 0 || len(n.Services) > 0
}

// around adds what the bot itself has saved.
func (l *Looker) around(ctx context.Context, a alerts.Alert, found *alerts.Context) {
	names := l.names(a)
	if !names.any() {
		return
	}
	known, err := l.Store.Around(ctx, names)
	if err != nil {
		if ctx.Err() == nil {
			l.Trouble(fmt.Errorf("what is saved around alert %s: %w", a.ID, err))
		}
		return
	}
	found.Scan, found.Scans, found.Findings, found.Open = known.Scan, known.Scans, known.Findings, known.Open
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
