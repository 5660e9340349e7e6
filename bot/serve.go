package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"toban/alerts"
	"toban/alerts/enrich"
	"toban/alerts/findings"
	"toban/bot/config"
	"toban/bot/incident"
	"toban/bot/slackapp"
	"toban/bot/store"
	"toban/bot/web"
	"toban/rotation"
)

type serveCommand struct {
	Config string `help:"Config file; default $TOBAN_CONFIG, else toban.yaml." placeholder:"FILE"`
}

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context, log *slog.Logger) error {
	cfg, err := config.Load(c.Config, os.Getenv)
	if err != nil {
		return err
	}
	if missing := cfg.Missing(); len(missing) > 0 {
		return &config.Error{Findings: missing}
	}
	l, err := net.Listen("tcp", net.JoinHostPort(cfg.Host, strconv.Itoa(cfg.Port)))
	if err != nil {
		return usageError{fmt.Errorf("cannot listen: %w; HOST and PORT say where", err)}
	}
	return serve(ctx, cfg, world{Listener: l}, log)
}

// world is what the bot reaches beyond its own process and that tests replace.
type world struct {
	Listener net.Listener
	// Dial opens connections to Slack; nil: the network.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Read says how a Japanese title is read; nil: a process of our own does.
	Read func(ctx context.Context, title string) ([]string, error)
	// Datadog makes the calls to Datadog; nil: an ordinary client.
	Datadog *http.Client
}

// bot is everything that runs, joined. Nothing here decides; it is the one
// place where the parts get to know each other.
type bot struct {
	log     *slog.Logger
	db      *store.DB
	names   *names
	invite  atomic.Pointer[config.Config] // as far as its names are known
	metrics *metrics
	pager   *alerts.Pager
	planner *rotation.Planner
	rooms   *incident.Manager
	looker  *enrich.Looker
	desk    *findings.Desk
	app     *slackapp.App
	socket  *slackapp.Socket
	speaker *slackapp.Speaker
	web     web.Routes
	people  func(context.Context) error // keeps profiles fresh

	pruneAt     time.Time
	auditAt     time.Time
	vouchAt     time.Time
	closeAPI    func()
	unsubscribe func()
}

// serve runs the bot until ctx ends: first it takes nothing new, then it
// finishes what is in hand, then it lets go of the store.
func serve(ctx context.Context, cfg config.Config, w world, log *slog.Logger) error {
	db, err := store.Open(ctx, cfg.DatabaseURL.Reveal())
	if err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	defer db.Close()
	b, err := assemble(ctx, cfg, w, db, log)
	if err != nil {
		return err
	}
	defer b.closeAPI()
	defer b.unsubscribe()
	return b.run(ctx, w.Listener)
}

func (b *bot) run(ctx context.Context, l net.Listener) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	core, stopCore := context.WithCancel(context.WithoutCancel(ctx))
	defer stopCore()
	var writer, edges sync.WaitGroup
	writer.Go(func() { _ = b.pager.Run(core) })

	must := func(name string, run func(context.Context) error) {
		edges.Go(func() {
			if err := run(ctx); err != nil {
				b.log.Error(name+" ended", "err", err)
				stop(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	must("web", func(ctx context.Context) error { return web.Serve(ctx, l, web.Handler(b.web)) })
	edges.Go(func() { b.watchStore(ctx) })
	must("slack socket", b.socket.Run)
	must("slack speaker", b.speaker.Run)
	must("slack people", b.people)
	must("slack names", b.names.run)
	for name, work := range map[string]due{"pages": b.pager.Due, "swaps": b.planner.Due, "incidents": b.rooms.Due, "context": b.looker.Due, "findings": b.desk.Due, "malware": b.desk.PageDue, "housekeeping": b.prune, "auditor": b.audit, "vouching": b.vouch} {
		wake, unsubscribe := b.db.Subscribe()
		defer unsubscribe()
		edges.Go(func() { runTimer(ctx, b.log, name, sweepOf(b.db), b.db.Now, wake, work) })
	}
	b.log.Info("toban is on duty", "http", l.Addr().String())
	edges.Wait()
	b.app.Close()
	b.looker.Wait()
	stopCore()
	writer.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}
