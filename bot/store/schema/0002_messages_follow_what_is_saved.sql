-- A message's id is "M" and its seq.

CREATE TABLE messages (
	seq        BIGINT NOT NULL PRIMARY KEY,
	kind       TEXT   NOT NULL,
	subject    TEXT   NOT NULL,
	alert      BIGINT NOT NULL, -- seq of the alert that it shows, 0 if none
	recipient  TEXT   NOT NULL,
	thread     TEXT   NOT NULL,
	urgency    BIGINT NOT NULL,
	rank       BIGINT NOT NULL, -- of the alert's priority
	foldable   BIGINT NOT NULL, -- may still go into a storm: 2 an alert, 1 a page, 0 no
	created_at BIGINT NOT NULL,
	stale      BIGINT NOT NULL DEFAULT 1, -- the Speaker has something to do
	due_at     BIGINT NOT NULL DEFAULT 0, -- not before; 0 is at once
	wanted     BIGINT NOT NULL DEFAULT 1,
	shown      BIGINT NOT NULL DEFAULT 0,
	channel    TEXT   NOT NULL DEFAULT '',
	ts         TEXT   NOT NULL DEFAULT '',
	storm      TEXT   NOT NULL DEFAULT '',
	fold_seq   BIGINT NOT NULL DEFAULT 0, -- place in the storm, from 1
	folded     BIGINT NOT NULL DEFAULT 0, -- of a storm message: how many
	attempts   BIGINT NOT NULL DEFAULT 0,
	late       TEXT   NOT NULL DEFAULT '', -- why the last try failed
	trouble    TEXT   NOT NULL DEFAULT ''  -- why it is not tried again
) /* sqlite: STRICT */;
CREATE INDEX messages_stale ON messages (recipient, urgency, due_at, rank, seq, foldable) WHERE stale = 1;
CREATE INDEX messages_later ON messages (due_at) WHERE stale = 1 AND due_at > 0;
CREATE INDEX messages_of_alert ON messages (alert) WHERE alert > 0;
CREATE INDEX messages_of_subject ON messages (subject) WHERE alert = 0;
CREATE INDEX messages_of_storm ON messages (storm, fold_seq, alert) WHERE storm <> '';

CREATE TABLE storms (
	seq       BIGINT NOT NULL PRIMARY KEY,
	id        TEXT   NOT NULL UNIQUE,
	recipient TEXT   NOT NULL,
	opened_at BIGINT NOT NULL,
	last_at   BIGINT NOT NULL,
	total     BIGINT NOT NULL,
	named     BIGINT NOT NULL -- 1: a thread names the alerts
) /* sqlite: STRICT */;
CREATE INDEX storms_of_recipient ON storms (recipient, last_at);
