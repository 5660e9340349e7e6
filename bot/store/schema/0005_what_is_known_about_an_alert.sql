-- look_at is when an alert's context is to be looked up, 0 for not.
ALTER TABLE alerts ADD COLUMN look_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX alerts_look_paged ON alerts (look_at) WHERE look_at > 0 AND page > 0;
CREATE INDEX alerts_look_rest ON alerts (look_at) WHERE look_at > 0 AND page = 0;

-- What was found, beside the alert: saving it never meets a change of the
-- alert itself.
CREATE TABLE contexts (
	alert        BIGINT NOT NULL PRIMARY KEY REFERENCES alerts (seq),
	at           BIGINT NOT NULL,
	verdict      TEXT   NOT NULL, -- on blocked requests; empty where it is not about any
	corrected    TEXT   NOT NULL, -- what a person says instead; empty: nobody did
	corrected_by TEXT   NOT NULL,
	corrected_at BIGINT NOT NULL,
	doc          TEXT   NOT NULL
) /* sqlite: STRICT */;
CREATE INDEX contexts_of_waf ON contexts (alert) WHERE verdict <> '';
CREATE INDEX contexts_corrected ON contexts (verdict, corrected) WHERE corrected <> '';
