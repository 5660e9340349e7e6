package wafcmd

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
)

// progress shows on a terminal how far the reading is, once it has taken two
// seconds.
type progress struct {
	to          io.Writer // nil: nobody watches
	read, total int64
	next        time.Time
	shown       bool
}

func newProgress(to *os.File, files []input) *progress {
	p := &progress{next: time.Now().Add(2 * time.Second)}
	if isatty.IsTerminal(to.Fd()) {
		p.to = to
	}
	for _, f := range files {
		p.total += f.size
	}
	return p
}

// watch counts what is read from f, as it lies in the file.
func (p *progress) watch(f input) io.Reader {
	if p.to == nil {
		return f.Reader
	}
	return &watched{f.Reader, p}
}

type watched struct {
	io.Reader
	p *progress
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.Reader.Read(b)
	w.p.more(n, time.Now())
	return n, err
}

func (p *progress) more(n int, now time.Time) {
	p.read += int64(n)
	if now.Before(p.next) {
		return
	}
	p.next, p.shown = now.Add(200*time.Millisecond), true
	if p.total > 0 {
		fmt.Fprintf(p.to, "\r\x1b[Kreading: %d of %d MB (%d %%)", p.read>>20, p.total>>20, 100*p.read/p.total)
		return
	}
	fmt.Fprintf(p.to, "\r\x1b[Kreading: %d MB", p.read>>20)
}

// done takes the line away.
func (p *progress) done() {
	if p.shown {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
}
