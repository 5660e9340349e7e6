package slackapp

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"toban/bot/outbox"
)

// CallWithin is how long one call of the Web API may take.
const CallWithin = 10 * time.Second

const openMethod = "apps.connections.open"

// Access is what it takes to reach one workspace.
type Access struct {
	BotToken string // xoxb-
	AppToken string // xapp-, for Socket Mode
	URL      string // base of the Web API, ends in "/"; empty: Slack's own
	// Dial opens connections, of the Web API and of Socket Mode; nil: the
	// network. Tests give pipes.
	Dial    func(ctx context.Context, network, addr string) (net.Conn, error)
	Metrics *Metrics // nil: nothing is counted
}

// An API calls Slack's Web API: each call in its turn, within its time, once.
// Every error it returns is a [*Fault].
type API struct {
	access Access
	client *slack.Client
	http   *http.Client
	pace   *Pacer
	known  aliases
}

// NewAPI returns an API that keeps pace.
func NewAPI(a Access, pace *Pacer) *API {
	a.URL = cmp.Or(a.URL, slack.APIURL)
	h := &http.Client{
		Transport: transport(a.Dial),
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // a token is not carried elsewhere
		},
	}
	client := slack.New(a.BotToken, slack.OptionHTTPClient(h), slack.OptionAPIURL(a.URL), slack.OptionAppLevelToken(a.AppToken))
	return &API{access: a, client: client, http: h, pace: pace}
}

func transport(dial func(context.Context, string, string) (net.Conn, error)) *http.Transport {
	proxy := proxyFor(dial)
	if dial == nil {
		dial = (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 15 * time.Second}).DialContext
	}
	return &http.Transport{
		Proxy:                 proxy,
		DialContext:           dial,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   5 * time.Second,
		ResponseHeaderTimeout: CallWithin,
		MaxIdleConnsPerHost:   16, // a page should find an open connection
		IdleConnTimeout:       5 * time.Minute,
		// A connection that died in silence must not swallow the next page.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
	}
}

// Dialer opens sockets the way the API opens its connections.
func (a *API) Dialer() *websocket.Dialer {
	return &websocket.Dialer{Proxy: proxyFor(a.access.Dial), NetDialContext: a.access.Dial, HandshakeTimeout: CallWithin}
}

// proxyFor is the environment's proxy, unless the caller brings the way.
func proxyFor(dial func(context.Context, string, string) (net.Conn, error)) func(*http.Request) (*url.URL, error) {
	if dial != nil {
		return nil
	}
	return http.ProxyFromEnvironment
}

// Close lets go of idle connections.
func (a *API) Close() { a.http.CloseIdleConnections() }

// Pace is the pacer that the calls keep to.
func (a *API) Pace() *Pacer { return a.pace }

// Call makes one call of method with do, which must make exactly one. It waits
// for its turn, ends it in time, counts it and says what became of it. It
// never repeats it.
func (a *API) Call(ctx context.Context, method string, do func(context.Context, *slack.Client) error) error {
	return a.call(ctx, nil, Call{Method: method, Urgency: outbox.Noting}, func(ctx context.Context, c *slack.Client) (string, error) {
		return "", do(ctx, c)
	})
}

// call is Call for those who know the channel and how urgent it is, and may
// have their slot already. do returns the id of the channel it posted to.
func (a *API) call(ctx context.Context, slot *Slot, c Call, do func(context.Context, *slack.Client) (string, error)) error {
	slot, fault := a.turn(ctx, slot, c)
	if fault != nil {
		return fault
	}
	began := time.Now()
	channel, left, err := a.send(ctx, slot, do)
	fault = faultOf(c.Method, err, left)
	switch {
	case fault == nil:
		slot.Done(channel)
	case fault.Kind == Unsent:
		slot.Unused()
	case fault.Kind == Limited:
		a.pace.Pause(c.Method, fault.After)
		fallthrough
	default:
		slot.Done(a.known.canonical(slot.call.Channel))
	}
	a.access.Metrics.called(c.Method, fault, time.Since(began))
	if fault != nil {
		return fault
	}
	return nil
}

// turn is the slot to make c with. Whoever waited for it is let through; whoever
// brings one from before Slack asked for a pause has to come again.
func (a *API) turn(ctx context.Context, slot *Slot, c Call) (*Slot, *Fault) {
	if slot == nil {
		slot, err := a.pace.Take(ctx, c)
		if err != nil {
			return nil, &Fault{Method: c.Method, Kind: Unsent, Word: "cancelled", err: err}
		}
		return slot, nil
	}
	if pause := slot.Pause(); pause > 0 {
		slot.Unused()
		return nil, &Fault{Method: c.Method, Kind: Limited, Word: "ratelimited", After: pause}
	}
	return slot, nil
}

// send makes the call within [CallWithin], and says whether anything may have
// left. Finding or making a connection may take a while. If Slack asks for a
// pause meanwhile, the call waits for its end with the connection in hand.
func (a *API) send(ctx context.Context, slot *Slot, do func(context.Context, *slack.Client) (string, error)) (channel string, left bool, err error) {
	caller := ctx
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	limit := time.AfterFunc(CallWithin, func() { cancel(context.DeadlineExceeded) })
	defer limit.Stop()
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		for pause := slot.Pause(); pause > 0; pause = slot.Pause() {
			limit.Reset(pause + CallWithin)
			wait(pause, ctx.Done())
			if ctx.Err() != nil {
				abandon(got.Conn)
				return
			}
		}
		if err := caller.Err(); err != nil { // the right to speak may have ended with no time to say so
			cancel(err)
			abandon(got.Conn)
			return
		}
		sent.Store(true)
	}})
	channel, err = do(ctx, a.client)
	if err != nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		err = errors.Join(err, context.DeadlineExceeded)
	}
	return channel, sent.Load(), err
}

// abandon keeps a call that nobody waits for any more from being written. An
// HTTP/2 connection carries others' calls too, and looks at the context itself.
func abandon(c net.Conn) {
	if over, ok := c.(*tls.Conn); !ok || over.ConnectionState().NegotiatedProtocol != "h2" {
		_ = c.Close()
	}
}

// OpenSocket asks for the address of a new Socket Mode connection. The address
// holds a ticket and is a secret.
func (a *API) OpenSocket(ctx context.Context) (address string, err error) {
	err = a.Call(ctx, openMethod, func(ctx context.Context, c *slack.Client) error {
		_, address, err = c.StartSocketModeContext(ctx)
		return err
	})
	return address, err
}

// WhoAmI says who the bot token belongs to; the headers name its scopes.
func (a *API) WhoAmI(ctx context.Context) (me *slack.AuthTestResponse, err error) {
	err = a.Call(ctx, "auth.test", func(ctx context.Context, c *slack.Client) error {
		me, err = c.AuthTestContext(ctx)
		return err
	})
	return me, err
}
