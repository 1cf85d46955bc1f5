-- How long a receipt is kept: by the rule set under which it was given, from the end of what it says. Both are NULL in receipts
-- from before, which are kept as long as any.
ALTER TABLE receipts ADD COLUMN regime TEXT;
ALTER TABLE receipts ADD COLUMN ends_at BIGINT;
