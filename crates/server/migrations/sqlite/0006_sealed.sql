-- What tells of a person lies sealed: the text of receipts, and what the server observed of them.

-- The keys that seal, each wrapped by a master key that is kept elsewhere.
CREATE TABLE data_keys (
    id TEXT NOT NULL PRIMARY KEY,
    site TEXT NOT NULL,
    -- The month (UTC) whose receipts it seals, such as 2026-03; or `search`: it makes the tags to search by.
    scope TEXT NOT NULL,
    -- The name of the master key that wrapped it.
    master TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (site, scope)
);

-- The receipts again, with bytes where there were texts.
CREATE TABLE sealed_receipts (
    id TEXT NOT NULL PRIMARY KEY,
    -- Over the signing input; tells receipts apart.
    hash TEXT NOT NULL,
    -- The exact text received, sealed.
    jws BLOB NOT NULL,
    -- NULL in a receipt without signature.
    device TEXT REFERENCES devices (thumbprint),
    seq BIGINT NOT NULL,
    prev TEXT,
    notice TEXT NOT NULL REFERENCES notices (hash),
    state TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    -- The device's clock was more than ten minutes ahead.
    skew BIGINT NOT NULL,
    -- The decision was more than thirty days old.
    late BIGINT NOT NULL,
    -- Another receipt of this device stands at the same place of its chain.
    fork BIGINT NOT NULL,
    -- Where it stands in its log. NULL in receipts from before there was a log, until the next start enters them.
    log BIGINT REFERENCES logs (id),
    entry BIGINT,
    -- 32 random bytes. With the record they make the entry; when both are gone, the entry is a random number.
    salt BLOB,
    -- The exact text of what the server observed, which the entry covers too; sealed.
    envelope BLOB,
    -- The keyed tag of the site's reference to a person.
    reference TEXT,
    -- The tag of the network that it came from, for some days, by a key that is gone after one.
    network TEXT,
    -- 0 in receipts from before there were keys, until the next start seals them.
    sealed BIGINT NOT NULL
);

INSERT INTO sealed_receipts
    SELECT id, hash, CAST(jws AS BLOB), device, seq, prev, notice, state, decided_at, received_at, skew, late, fork,
           log, entry, salt, CAST(envelope AS BLOB), NULL, NULL, 0
    FROM receipts;

DROP TABLE receipts;
ALTER TABLE sealed_receipts RENAME TO receipts;

CREATE INDEX receipts_by_place ON receipts (device, seq);
CREATE INDEX receipts_by_predecessor ON receipts (device, prev);
CREATE INDEX receipts_by_arrival ON receipts (received_at);
CREATE INDEX receipts_by_device ON receipts (device, received_at);
CREATE INDEX receipts_by_entry ON receipts (log, entry);
CREATE INDEX receipts_by_reference ON receipts (reference, received_at) WHERE reference IS NOT NULL;
CREATE INDEX receipts_by_network ON receipts (received_at) WHERE network IS NOT NULL;
CREATE INDEX receipts_to_seal ON receipts (id) WHERE sealed = 0;
