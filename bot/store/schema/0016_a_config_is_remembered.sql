-- What the config said, from the start on that first saw it: a rotation as it is
-- written there, or routes and escalations as lines. An empty doc: it is gone.
-- news is what people were told about the change; empty: nothing.
CREATE TABLE config_versions (
	kind TEXT   NOT NULL,
	name TEXT   NOT NULL,
	at   BIGINT NOT NULL,
	doc  TEXT   NOT NULL,
	news TEXT   NOT NULL,
	PRIMARY KEY (kind, name, at)
) /* sqlite: STRICT */;
