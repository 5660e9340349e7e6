-- seq is the order of creation. It is the primary key, so new rows are written
-- next to each other; the ids are random and cost a page of the disk each.

CREATE TABLE alerts (
	seq     BIGINT NOT NULL PRIMARY KEY,
	id      TEXT   NOT NULL UNIQUE,
	key     TEXT   NOT NULL,
	status  TEXT   NOT NULL, -- of the alert and its page: firing, acknowledged, closed
	rank    BIGINT NOT NULL, -- of its priority, 1 is worst
	monitor TEXT   NOT NULL, -- source and monitor: what a storm counts together
	title   TEXT   NOT NULL,
	page    BIGINT NOT NULL, -- seq of the newest page, 0 if none was opened
	version BIGINT NOT NULL,
	doc     TEXT   NOT NULL  -- everything else, JSON
) /* sqlite: STRICT */;
CREATE INDEX alerts_of_key ON alerts (key, seq);
CREATE INDEX alerts_open ON alerts (rank, seq) WHERE status <> 'closed';

CREATE TABLE pages (
	seq          BIGINT NOT NULL PRIMARY KEY,
	id           TEXT   NOT NULL UNIQUE,
	alert        BIGINT NOT NULL REFERENCES alerts (seq),
	next_step_at BIGINT NOT NULL,
	version      BIGINT NOT NULL,
	doc          TEXT   NOT NULL
) /* sqlite: STRICT */;
CREATE INDEX pages_due ON pages (next_step_at) WHERE next_step_at > 0;

-- Events and keys seen before.
CREATE TABLE events (
	id TEXT   NOT NULL PRIMARY KEY,
	at BIGINT NOT NULL
) /* sqlite: STRICT, WITHOUT ROWID */;
CREATE INDEX events_by_age ON events (at);

CREATE TABLE keys (
	key TEXT   NOT NULL PRIMARY KEY,
	at  BIGINT NOT NULL
) /* sqlite: STRICT, WITHOUT ROWID */;
CREATE INDEX keys_by_age ON keys (at);

CREATE TABLE audit (
	seq     BIGINT NOT NULL PRIMARY KEY,
	at      BIGINT NOT NULL,
	who     TEXT   NOT NULL,
	did     TEXT   NOT NULL,
	subject TEXT   NOT NULL,
	detail  TEXT   NOT NULL
) /* sqlite: STRICT */;
CREATE INDEX audit_of_subject ON audit (subject, seq);

CREATE TABLE leases (
	name   TEXT   NOT NULL PRIMARY KEY,
	holder TEXT   NOT NULL,
	until  BIGINT NOT NULL
) /* sqlite: STRICT */;
