-- How many questions Datadog was asked in each minute of the last hour, by all
-- replicas: its limit is for a whole organisation, and a restart refills nothing.
CREATE TABLE asked (
	minute BIGINT NOT NULL PRIMARY KEY,
	n      BIGINT NOT NULL
) /* sqlite: STRICT */;
