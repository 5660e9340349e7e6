package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"math/bits"
	"strings"
	"sync"
)

// pool keeps the statements that its transactions used prepared: to parse a
// text costs SQLite more than to run it.
type pool struct {
	*sql.DB
	keep bool // pgx keeps its own

	mu     sync.Mutex
	known  map[string]*sql.Stmt
	wanted []string // used lately and not prepared yet
}

func newPool(db *sql.DB, keep bool) *pool {
	return &pool{DB: db, keep: keep, known: map[string]*sql.Stmt{}}
}

// begin begins a transaction. What earlier ones missed is prepared first: a
// transaction itself may hold the only connection.
func (p *pool) begin(ctx context.Context, options *sql.TxOptions) (*sql.Tx, error) {
	p.mu.Lock()
	wanted := p.wanted
	p.wanted = nil
	p.mu.Unlock()
	for _, text := range wanted {
		stmt, err := p.PrepareContext(ctx, text)
		if err != nil {
			return nil, err
		}
		p.mu.Lock()
		if p.known[text] != nil { // two transactions missed it at the same time
			_ = stmt.Close()
		} else {
			p.known[text] = stmt
		}
		p.mu.Unlock()
	}
	return p.BeginTx(ctx, options)
}

// stmt returns a prepared statement, or nil where none is kept.
func (t *tx) stmt(text string) (*sql.Stmt, error) {
	if !t.pool.keep {
		return nil, nil
	}
	if s, ok := t.stmts[text]; ok {
		return s, nil
	}
	t.pool.mu.Lock()
	known := t.pool.known[text]
	if known == nil {
		t.pool.wanted = append(t.pool.wanted, text)
	}
	t.pool.mu.Unlock()
	var s *sql.Stmt
	var err error
	if known != nil {
		s = t.sql.StmtContext(t.ctx, known)
	} else if s, err = t.sql.PrepareContext(t.ctx, text); err != nil {
		return nil, err
	}
	t.stmts[text] = s
	return s, nil
}

// bulk is a statement with a list of rows, as many as are given.
type bulk struct {
	head string // up to the rows
	tail string // behind them
	cols int    // of each row
	list bool   // rows stand without parentheses, as in IN (…)
}

// exec inserts rows, whose values stand one after the other in args, and
// returns how many it changed.
func (b bulk) exec(t *tx, args []any) (changed int64, err error) {
	for part, n := range parts(args, b.cols, t.db.engine.batch) {
		c, err := t.exec(t.db.text(b, n), part...)
		if err != nil {
			return changed, err
		}
		changed += c
	}
	return changed, nil
}

// each runs the statement and calls scan for every row that comes back.
func (b bulk) each(t *tx, args []any, scan func(*sql.Rows) error) error {
	for part, n := range parts(args, b.cols, t.db.engine.keys) {
		if err := t.each(scan, t.db.text(b, n), part...); err != nil {
			return err
		}
	}
	return nil
}

// parts splits args into runs of at most limit rows. Their lengths are powers
// of two, so that there are few different statements to prepare.
func parts(args []any, cols, limit int) iter.Seq2[[]any, int] {
	return func(yield func([]any, int) bool) {
		for len(args) > 0 {
			rows := min(len(args)/cols, limit)
			rows = 1 << (bits.Len(uint(rows)) - 1)
			if !yield(args[:rows*cols], rows) {
				return
			}
			args = args[rows*cols:]
		}
	}
}

type shape struct {
	bulk
	rows int
}

// text writes b for a number of rows: "head ($1, $2), ($3, $4) tail".
func (db *DB) text(b bulk, rows int) string {
	if text, ok := db.texts.Load(shape{b, rows}); ok {
		return text.(string)
	}
	var s strings.Builder
	s.WriteString(b.head)
	s.WriteByte(' ')
	for row, arg := 0, 1; row < rows; row++ {
		if row > 0 {
			s.WriteString(", ")
		}
		if !b.list {
			s.WriteByte('(')
		}
		for col := range b.cols {
			if col > 0 {
				s.WriteString(", ")
			}
			fmt.Fprintf(&s, "$%d", arg)
			arg++
		}
		if !b.list {
			s.WriteByte(')')
		}
	}
	s.WriteByte(' ')
	s.WriteString(b.tail)
	db.texts.Store(shape{b, rows}, s.String())
	return s.String()
}
