-- Worst first and then newest first, as lists show them: the first few of
-- 100,000 open alerts are read without sorting them all.
CREATE INDEX alerts_newest ON alerts (rank, seq DESC) WHERE status <> 'closed';
DROP INDEX alerts_open;
