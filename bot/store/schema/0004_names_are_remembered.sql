-- Slack's ids of the people and channels that the config names, so that the
-- bot can start while Slack does not answer.
CREATE TABLE names (
	name TEXT NOT NULL PRIMARY KEY,
	id   TEXT NOT NULL
) /* sqlite: STRICT */;
