-- Times are milliseconds since 1970, flags are 0 or 1: the same text runs on SQLite and PostgreSQL.

-- Every notice that was ever served: a receipt can name no other.
CREATE TABLE notices (
    hash TEXT NOT NULL PRIMARY KEY,
    lang TEXT NOT NULL,
    version TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    first_served_at BIGINT NOT NULL
);

-- The public keys of the devices whose receipts we hold.
CREATE TABLE devices (
    thumbprint TEXT NOT NULL PRIMARY KEY,
    x TEXT NOT NULL,
    y TEXT NOT NULL,
    first_seen_at BIGINT NOT NULL
);

-- The receipts: the exact text received, beside it what is needed to find it, and the envelope,
-- which is what the server itself observed.
CREATE TABLE receipts (
    id TEXT NOT NULL PRIMARY KEY,
    -- Over the signing input; tells receipts apart.
    hash TEXT NOT NULL,
    jws TEXT NOT NULL,
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
    fork BIGINT NOT NULL
);

CREATE INDEX receipts_by_place ON receipts (device, seq);
CREATE INDEX receipts_by_predecessor ON receipts (device, prev);
CREATE INDEX receipts_by_arrival ON receipts (received_at);
