package main

import (
	"context"
	"fmt"
	"time"

	"toban/bot/web"
)

const (
	watchEvery = 2 * time.Second
	mostSkew   = time.Second
)

// watchStore says in the log, within seconds and once each time, when the
// store's files are gone and when this machine's clock is wrong.
func (b *bot) watchStore(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var store, clock string
	for {
		store = b.told("store", store, b.db.Intact())
		clock = b.told("clock", clock, b.clockWell(ctx))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// told says that something has become ill or well, and returns what is wrong.
func (b *bot) told(name, was string, err error) (is string) {
	if err != nil {
		is = err.Error()
	}
	switch {
	case is != "" && was == "":
		b.log.Error(name+" is not well", "err", is)
	case is == "" && was != "":
		b.log.Info(name + " is well again")
	}
	return is
}

// clockWell tells of a clock that is not the database's. Nothing goes by it:
// leases and due times go by the database's.
func (b *bot) clockWell(context.Context) error {
	skew := b.db.Skew().Round(100 * time.Millisecond)
	if skew.Abs() <= mostSkew {
		return nil
	}
	where := "ahead of"
	if skew < 0 {
		where = "behind"
	}
	return web.Remark(fmt.Sprintf("this machine's clock is %s %s the database's; due times go by the database's, so nothing is early or doubled. Set the clock (NTP)", skew.Abs(), where))
}
