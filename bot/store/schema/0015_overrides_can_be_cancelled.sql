-- An override is cancelled by ending it: end_at becomes the instant at which it
-- was cancelled, or its start. So a version that knows nothing of this column
-- asks the same plan. planned_end_at is its end until then.
ALTER TABLE overrides ADD COLUMN relieved TEXT NOT NULL DEFAULT '[]';
ALTER TABLE overrides ADD COLUMN cancelled_by TEXT NOT NULL DEFAULT '';
ALTER TABLE overrides ADD COLUMN cancelled_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE overrides ADD COLUMN planned_end_at BIGINT NOT NULL DEFAULT 0;
