-- Places that Slack refuses: archived, left, not ours to write to. Closed until
-- try_at; then one message is tried there.
CREATE TABLE places (
	recipient TEXT   NOT NULL PRIMARY KEY, -- as messages name it
	why       TEXT   NOT NULL,             -- Slack's word
	since     BIGINT NOT NULL,
	try_at    BIGINT NOT NULL,
	tries     BIGINT NOT NULL
) /* sqlite: STRICT */;

-- A message whose place is closed is owed to it, and others stand in for it.
ALTER TABLE messages ADD COLUMN owed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN stands_for BIGINT NOT NULL DEFAULT 0; -- seq of the message that is owed
ALTER TABLE messages ADD COLUMN meant_for TEXT NOT NULL DEFAULT '';   -- its place
ALTER TABLE messages ADD COLUMN meant_why TEXT NOT NULL DEFAULT '';   -- why Slack refuses that
CREATE INDEX messages_owed ON messages (recipient, seq) WHERE owed = 1;
CREATE INDEX messages_standing_in ON messages (stands_for) WHERE stands_for > 0;

-- What Slack told of people and channels, kept page by page.
CREATE TABLE directory (
	id      TEXT   NOT NULL PRIMARY KEY,
	kind    TEXT   NOT NULL, -- person, channel
	name    TEXT   NOT NULL, -- the handle, or the channel's name; as compared
	seen_at BIGINT NOT NULL,
	doc     TEXT   NOT NULL
) /* sqlite: STRICT, WITHOUT ROWID */;
CREATE TABLE directory_names (
	kind TEXT NOT NULL,
	name TEXT NOT NULL, -- as compared
	id   TEXT NOT NULL,
	PRIMARY KEY (kind, name, id)
) /* sqlite: STRICT, WITHOUT ROWID */;
CREATE INDEX directory_names_of ON directory_names (id);
CREATE TABLE listings (
	kind     TEXT   NOT NULL PRIMARY KEY,
	cursor   TEXT   NOT NULL, -- where to go on; empty: at the beginning
	entries  BIGINT NOT NULL, -- read so far
	began_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL  -- when the last one was whole; 0: none was
) /* sqlite: STRICT, WITHOUT ROWID */;
