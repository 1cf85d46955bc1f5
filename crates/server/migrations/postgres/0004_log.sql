-- The log: what makes it provable that a receipt is held, unchanged.

-- One for each site and year.
CREATE TABLE logs (
    id BIGINT NOT NULL PRIMARY KEY,
    origin TEXT COLLATE "C" NOT NULL UNIQUE,
    -- How many entries it has.
    size BIGINT NOT NULL,
    -- The newest signed checkpoint; it may be of fewer entries, until the next one is written.
    checkpoint TEXT
);

-- Its tiles, which are public: they say nothing about anybody.
CREATE TABLE tiles (
    log BIGINT NOT NULL REFERENCES logs (id),
    -- -1: entries; 0 and on: hashes of the tree.
    level BIGINT NOT NULL,
    place BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (log, level, place)
);

-- Every key that ever signed a checkpoint here, as others verify with it.
CREATE TABLE log_keys (
    verifier TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    first_used_at BIGINT NOT NULL
);

-- Where a receipt stands in its log. NULL in receipts from before there was a log, until the next start enters them.
ALTER TABLE receipts ADD COLUMN log BIGINT REFERENCES logs (id);
ALTER TABLE receipts ADD COLUMN entry BIGINT;
-- 32 random bytes. With the record they make the entry; when both are gone, the entry is a random number.
ALTER TABLE receipts ADD COLUMN salt BYTEA;
-- The exact text of what the server observed, which the entry covers too.
ALTER TABLE receipts ADD COLUMN envelope TEXT;

CREATE INDEX receipts_by_entry ON receipts (log, entry);

-- Lines of the audit trail, each an entry of the log as well.
CREATE TABLE audit_entries (
    log BIGINT NOT NULL REFERENCES logs (id),
    entry BIGINT NOT NULL,
    salt BYTEA NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (log, entry)
);
