CREATE TABLE swaps (
	seq        BIGINT NOT NULL PRIMARY KEY,
	id         TEXT   NOT NULL UNIQUE,
	rotation   TEXT   NOT NULL,
	state      TEXT   NOT NULL,
	expires_at BIGINT NOT NULL,
	decided_at BIGINT NOT NULL,
	version    BIGINT NOT NULL,
	doc        TEXT   NOT NULL
) /* sqlite: STRICT */;
CREATE INDEX swaps_open ON swaps (expires_at) WHERE state = 'open';
CREATE INDEX swaps_accepted ON swaps (rotation, decided_at, seq) WHERE state = 'accepted';

CREATE TABLE overrides (
	seq        BIGINT NOT NULL PRIMARY KEY,
	id         TEXT   NOT NULL UNIQUE,
	rotation   TEXT   NOT NULL,
	start_at   BIGINT NOT NULL,
	end_at     BIGINT NOT NULL,
	person     TEXT   NOT NULL,
	replaces   TEXT   NOT NULL,
	created_by TEXT   NOT NULL,
	created_at BIGINT NOT NULL
) /* sqlite: STRICT */;
CREATE INDEX overrides_of_rotation ON overrides (rotation, seq);

CREATE TABLE incidents (
	id      TEXT   NOT NULL PRIMARY KEY,
	number  BIGINT NOT NULL UNIQUE,
	state   TEXT   NOT NULL,
	channel TEXT   NOT NULL,
	page    TEXT   NOT NULL,
	next_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	doc     TEXT   NOT NULL
) /* sqlite: STRICT */;
CREATE INDEX incidents_open ON incidents (number) WHERE state = 'open';
CREATE INDEX incidents_of_channel ON incidents (channel) WHERE channel <> '';
CREATE INDEX incidents_of_page ON incidents (page, number) WHERE page <> '';
CREATE INDEX incidents_due ON incidents (next_at) WHERE next_at > 0;
