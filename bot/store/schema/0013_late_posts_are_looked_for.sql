-- Posts whose outcome is unknown. Slack may make one after it was given up, so
-- its history is looked at again. A version that does not know of this table
-- looks once, as it always did.

CREATE TABLE doubts (
	message BIGINT NOT NULL PRIMARY KEY, -- its seq
	since   BIGINT NOT NULL, -- when the latest of them was sent
	times   BIGINT NOT NULL, -- how many were
	look_at BIGINT NOT NULL
) /* sqlite: STRICT */;
