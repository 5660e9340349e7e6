-- A storm's counts change with its alerts, in the same transaction: nobody
-- reads all of them to draw it.
CREATE TABLE storm_counts (
	storm  TEXT   NOT NULL,
	status TEXT   NOT NULL, -- as in alerts
	owner  TEXT   NOT NULL, -- of those that are acknowledged
	n      BIGINT NOT NULL,
	PRIMARY KEY (storm, status, owner)
) /* sqlite: STRICT, WITHOUT ROWID */;

CREATE TABLE storm_groups (
	storm   TEXT   NOT NULL,
	monitor TEXT   NOT NULL, -- as in alerts; empty: of monitors that have no row of their own
	rank    BIGINT NOT NULL, -- as in alerts
	n       BIGINT NOT NULL,
	title   TEXT   NOT NULL, -- of one of them, when it was counted
	titles  BIGINT NOT NULL, -- 1: all had this one; 2: there were others
	example TEXT   NOT NULL, -- id of one of them
	PRIMARY KEY (storm, monitor, rank)
) /* sqlite: STRICT, WITHOUT ROWID */;

-- What a message adds to the counts of its storm: rank, status and owner; "-"
-- where another message of the same alert does, empty where nobody counted it.
ALTER TABLE messages ADD COLUMN counted TEXT NOT NULL DEFAULT '';
-- How many revisions of a storm's message came with the counts. A version that
-- keeps none raises only wanted: where the difference is not the one that was
-- noted with the last count of all, they are counted again.
ALTER TABLE messages ADD COLUMN accounted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE storms ADD COLUMN missed BIGINT NOT NULL DEFAULT -1; -- -1: never counted

-- Whom a page waits for: of the first message by which a person was told of it,
-- 1 while nobody is on it, 0 otherwise, and -1 where a version wrote it that
-- does not say.
ALTER TABLE messages ADD COLUMN waits BIGINT NOT NULL DEFAULT -1;
UPDATE messages SET waits = 0 WHERE kind = 'page' AND alert NOT IN (SELECT seq FROM alerts WHERE status IN ('firing', 'unanswered'));
CREATE INDEX messages_that_wait ON messages (recipient, waits, rank, seq DESC) WHERE kind = 'page' AND waits <> 0;
CREATE INDEX alerts_of_owner ON alerts (owner, rank, seq DESC) WHERE status = 'acknowledged' AND owner <> '';

-- Presses on storms that are still being carried out, in batches. A page that
-- one of them will reach does not move on by itself.
CREATE TABLE storm_presses (
	seq        BIGINT NOT NULL PRIMARY KEY,
	storm      TEXT   NOT NULL,
	did        TEXT   NOT NULL,
	who        TEXT   NOT NULL,
	unverified BIGINT NOT NULL,
	at         BIGINT NOT NULL,
	done       BIGINT NOT NULL, -- the place in the storm that it has come to
	up_to      BIGINT NOT NULL  -- the last place that was there at the press
) /* sqlite: STRICT */;
