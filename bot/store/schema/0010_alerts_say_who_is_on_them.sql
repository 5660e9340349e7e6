-- Who acknowledged or snoozed it, while status is acknowledged. A version that
-- does not know the column leaves it as it was.
ALTER TABLE alerts ADD COLUMN owner TEXT NOT NULL DEFAULT '';
