CREATE TABLE findings (
	seq      BIGINT NOT NULL PRIMARY KEY,
	id       TEXT   NOT NULL UNIQUE,
	source   TEXT   NOT NULL UNIQUE, -- the source's own id
	team     TEXT   NOT NULL,        -- '-' is nobody's
	state    TEXT   NOT NULL,
	rank     BIGINT NOT NULL,        -- of its severity, 0 is worst
	account  TEXT   NOT NULL,
	first_at BIGINT NOT NULL,
	due_at   BIGINT NOT NULL,        -- the earliest instant at which something is to be done; 0 for none
	version  BIGINT NOT NULL,
	doc      TEXT   NOT NULL
) /* sqlite: STRICT */;
CREATE INDEX findings_due ON findings (due_at) WHERE due_at > 0;
CREATE INDEX findings_listed ON findings (rank, first_at, seq) WHERE state <> 'fixed' AND state <> 'resolved';
CREATE INDEX findings_of_team ON findings (team, rank, first_at, seq) WHERE state <> 'fixed' AND state <> 'resolved';
CREATE INDEX findings_of_account ON findings (account, rank, first_at) WHERE state <> 'fixed' AND state <> 'resolved';

-- Services, teams and buckets by which an alert finds its findings.
CREATE TABLE finding_names (
	name    TEXT   NOT NULL,
	finding BIGINT NOT NULL REFERENCES findings (seq),
	PRIMARY KEY (name, finding)
) /* sqlite: STRICT, WITHOUT ROWID */;

-- Scan results that were not clean, and those clean ones that say that such a one
-- is over.
CREATE TABLE results (
	seq     BIGINT NOT NULL PRIMARY KEY,
	id      TEXT   NOT NULL UNIQUE,
	bucket  TEXT   NOT NULL,
	object  TEXT   NOT NULL,
	account TEXT   NOT NULL,
	verdict TEXT   NOT NULL,
	at      BIGINT NOT NULL,
	unpaged BIGINT NOT NULL,
	doc     TEXT   NOT NULL
) /* sqlite: STRICT */;
CREATE INDEX results_unpaged ON results (seq) WHERE unpaged = 1;
CREATE INDEX results_by_age ON results (at);
CREATE INDEX results_of_bucket ON results (bucket, object, at);
CREATE INDEX results_of_account ON results (account, at);

CREATE TABLE scan_counts (
	bucket  TEXT   NOT NULL,
	account TEXT   NOT NULL,
	day     BIGINT NOT NULL, -- its beginning
	verdict TEXT   NOT NULL,
	n       BIGINT NOT NULL,
	PRIMARY KEY (bucket, account, day, verdict)
) /* sqlite: STRICT, WITHOUT ROWID */;
CREATE INDEX scan_counts_by_day ON scan_counts (day);

CREATE TABLE bulletins (
	id      TEXT   NOT NULL PRIMARY KEY,
	at      BIGINT NOT NULL,
	version BIGINT NOT NULL,
	doc     TEXT   NOT NULL
) /* sqlite: STRICT */;
CREATE INDEX bulletins_by_age ON bulletins (at);

-- The scanner's configuration, as it was read last.
CREATE TABLE protection (
	id  BIGINT NOT NULL PRIMARY KEY,
	at  BIGINT NOT NULL,
	doc TEXT   NOT NULL
) /* sqlite: STRICT */;

-- When a timer that must not miss a turn fired last.
CREATE TABLE ticks (
	name TEXT   NOT NULL PRIMARY KEY,
	at   BIGINT NOT NULL
) /* sqlite: STRICT */;
