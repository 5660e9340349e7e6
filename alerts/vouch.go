package alerts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"toban/rotation"
)

// While Slack does not say who somebody is, they may answer a page: silence at
// night is worse. Slack is asked again, and an answer that was not theirs to
// give is taken back.

// Claim is an answer to a page by somebody for whom nobody vouched.
type Claim struct {
	Page string
	By   rotation.PersonID
}

// Claims returns some of the answers for which Slack has not vouched yet.
func (p *Pager) Claims(ctx context.Context) (claims []Claim, err error) {
	err = p.Store.Update(ctx, func(tx Tx) error {
		cases, err := tx.Unverified(dueBatch)
		claims = nil
		for _, c := range cases {
			for _, by := range c.Page.unverified() {
				claims = append(claims, Claim{c.Page.ID, by})
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("answers that nobody vouched for: %w", err)
	}
	return claims, nil
}

// Vouch tells what became of a claim: its history says so no longer or, where
// it was not theirs to answer, the page is searched for anew.
func (p *Pager) Vouch(ctx context.Context, claim Claim, theirs bool, at time.Time) error {
	return p.change(ctx, "vouch for page "+claim.Page, func(tx Tx) (Case, error) {
		c, err := tx.ByPage(claim.Page)
		if err != nil {
			return c, err
		}
		if !slices.Contains(c.Page.unverified(), claim.By) {
			return c, errNoChange // another replica has told already
		}
		latest, err := tx.Latest([]string{c.Alert.Key})
		if err != nil {
			return c, err
		}
		page := c.Page.settled(claim.By)
		if theirs {
			return Case{Alert: c.Alert, Page: &page}, nil
		}
		page.log(Entry{At: at, Did: DidDisown, Who: claim.By})
		newest := latest[c.Alert.Key]
		current := newest.Alert.ID == c.Alert.ID && newest.Page != nil && newest.Page.ID == page.ID
		switch {
		case current && page.State == PageClosed && page.ClosedBy == claim.By && c.Alert.ClosedBy == claim.By:
			c.Alert.State, c.Alert.ClosedAt, c.Alert.ClosedBy = Firing, time.Time{}, ""
			page.ClosedAt, page.ClosedBy = time.Time{}, ""
		case page.State != PageAcknowledged || page.OwnedBy != claim.By:
			return Case{Alert: c.Alert, Page: &page}, nil
		}
		page = page.restart(at).Advance(p.onCall(tx, at), at)
		return Case{Alert: c.Alert, Page: &page}.remember(), nil
	})
}

// Unverified reports whether p was answered by somebody for whom nobody vouched
// yet.
func (p Page) Unverified() bool { return len(p.unverified()) > 0 }

// unverified are those for whom nobody vouched yet, each once.
func (p Page) unverified() (people []rotation.PersonID) {
	seen := map[rotation.PersonID]bool{}
	for _, e := range p.Log {
		if e.Unverified && !seen[e.Who] {
			seen[e.Who] = true
			people = append(people, e.Who)
		}
	}
	return people
}

// settled takes the mark off what by did.
func (p Page) settled(by rotation.PersonID) Page {
	log := make([]Entry, len(p.Log))
	for i, e := range p.Log {
		e.Unverified = e.Unverified && e.Who != by
		log[i] = e
	}
	p.Log = log
	return p
}
