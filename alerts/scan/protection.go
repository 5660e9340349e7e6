package scan

// Protection is what a scanner's configuration document says is scanned, and
// how.
type Protection struct {
	Engine      string // "ClamAV", "Sophos", …; empty: not told
	MultiEngine string // "Disabled", "All", "LargeFiles"
	Quarantine  Quarantine
	Tagging     bool
	// Lists says that the document lists protected buckets at all: the scanner
	// writes one that does not, and then it tells nothing of what is covered.
	Lists   bool
	Buckets []Bucket // those the document protects, by name
	Unknown []string // keys of the document that are not understood: shown, not hidden
}

// Quarantine is what happens to infected objects.
type Quarantine struct {
	Action string // "Move", "Delete", "Keep"
	Bucket string // prefix of the buckets that they are moved to
}

// Bucket is one protected bucket.
type Bucket struct {
	Name     string
	Event    bool     // each upload is scanned
	Schedule bool     // scanned at set times
	Only     []string // prefixes: nothing else is scanned
	Skip     []string // prefixes that are not scanned
}

// Change is one difference between two protections.
type Change struct {
	What          string // "many", "unprotected", "protected", "mode", "quarantine", "engine", "skip", "only", "tagging"
	Bucket        string // empty: of the scanner as a whole
	Before, After string
}
