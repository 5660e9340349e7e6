package wafcmd

import (
	"errors"
	"fmt"
	"io"
	"os"

	"toban/alerts/waf"
)

// input is one file to read.
type input struct {
	name string
	io.Reader
	size int64 // 0 if unknown
}

// open checks that all files can be read before any is: a wrong name should not
// cost the minutes that the others take.
func open(names []string, stdin io.Reader) ([]input, error) {
	if len(names) == 0 {
		return []input{{name: "standard input", Reader: stdin}}, nil
	}
	var files []input
	for _, name := range names {
		if name == "-" {
			files = append(files, input{name: "standard input", Reader: stdin})
			continue
		}
		info, err := os.Stat(name)
		if err == nil && info.IsDir() {
			err = fmt.Errorf("%s is a directory", name)
		}
		if err != nil {
			return nil, &UsageError{fmt.Errorf("expected a log file: %w", err)}
		}
		files = append(files, input{name: name, Reader: &lazyFile{name: name}, size: info.Size()})
	}
	return files, nil
}

// collect counts all files into one answer. A file that cannot be read to its
// end is named; the others count.
func (c *Command) collect(files []input) (answer, error) {
	var a answer
	var broken []error
	var skipped waf.Skipped
	tally := c.tally()
	shown := newProgress(os.Stderr, files)
	defer shown.done()
	for _, f := range files {
		stepped, err := tally.Collect(shown.watch(f))
		if len(files) > 1 {
			stepped = stepped.In(f.name)
		}
		skipped = skipped.Plus(stepped)
		if err != nil {
			a.Unread = append(a.Unread, fmt.Sprintf("%s: %v", f.name, err))
			broken = append(broken, fmt.Errorf("%s: %w", f.name, err))
		}
	}
	a.Summary = tally.Summary()
	a.Skipped = skipped
	return a, errors.Join(broken...)
}

// lazyFile opens its file at the first read and closes it at the end of it, so
// that a thousand files need one descriptor.
type lazyFile struct {
	name string
	file *os.File
}

func (l *lazyFile) Read(p []byte) (n int, err error) {
	if l.file == nil {
		if l.file, err = os.Open(l.name); err != nil {
			return 0, err
		}
	}
	n, err = l.file.Read(p)
	if err != nil {
		l.file.Close()
	}
	return n, err
}
