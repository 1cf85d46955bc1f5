-- What tells of a person lies sealed: the text of receipts, and what the server observed of them.

-- The keys that seal, each wrapped by a master key that is kept elsewhere.
CREATE TABLE data_keys (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    site TEXT NOT NULL,
    -- The month (UTC) whose receipts it seals, such as 2026-03; or `search`: it makes the tags to search by.
    scope TEXT NOT NULL,
    -- The name of the master key that wrapped it.
    master TEXT NOT NULL,
    wrapped BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (site, scope)
);

ALTER TABLE receipts
    -- The exact text received, sealed.
    ALTER COLUMN jws TYPE BYTEA USING convert_to(jws, 'UTF8'),
    -- The exact text of what the server observed, which the entry covers too; sealed.
    ALTER COLUMN envelope TYPE BYTEA USING convert_to(envelope, 'UTF8'),
    -- The keyed tag of the site's reference to a person.
    ADD COLUMN reference TEXT COLLATE "C",
    -- The tag of the network that it came from, for some days, by a key that is gone after one.
    ADD COLUMN network TEXT,
    -- 0 in receipts from before there were keys, until the next start seals them.
    ADD COLUMN sealed BIGINT NOT NULL DEFAULT 0;

CREATE INDEX receipts_by_reference ON receipts (reference, received_at) WHERE reference IS NOT NULL;
CREATE INDEX receipts_by_network ON receipts (received_at) WHERE network IS NOT NULL;
CREATE INDEX receipts_to_seal ON receipts (id) WHERE sealed = 0;
