package rotation

import "time"

// Audit is one line of the record of who did what.
type Audit struct {
	At      time.Time
	Who     PersonID
	Did     string // "swap.accept", "page.acknowledge", …
	Subject string // id of what it was done to
	Detail  string
}
