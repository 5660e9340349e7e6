-- unverified is 1 while a page has an answer by somebody of whom Slack has not
-- said who they are. A version that does not know the column leaves it as it was.
ALTER TABLE pages ADD COLUMN unverified BIGINT NOT NULL DEFAULT 0;
CREATE INDEX pages_unverified ON pages (seq) WHERE unverified > 0;
