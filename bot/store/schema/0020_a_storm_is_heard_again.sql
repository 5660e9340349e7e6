-- Whether a storm's message was begun by what tells somebody again: a step that
-- calls a channel, a page that starts over, the word that nobody answered. Such
-- a message is never an edit of an older one.
ALTER TABLE storms ADD COLUMN loud BIGINT NOT NULL DEFAULT 0;
