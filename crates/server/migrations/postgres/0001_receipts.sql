-- Times are milliseconds since 1970, flags are 0 or 1: the same statements run on SQLite and PostgreSQL. What is compared and
-- sorted is compared by its bytes, as SQLite does.

-- Every notice that was ever served: a receipt can name no other.
CREATE TABLE notices (
    hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    lang TEXT NOT NULL,
    version TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    first_served_at BIGINT NOT NULL
);

-- The public keys of the devices whose receipts we hold.
CREATE TABLE devices (
    thumbprint TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    x TEXT NOT NULL,
    y TEXT NOT NULL,
    first_seen_at BIGINT NOT NULL
);

-- The receipts: the exact text received, beside it what is needed to find it, and the envelope,
-- which is what the server itself observed. One partition for each month (UTC) of arrival; the server makes them ahead.
CREATE TABLE receipts (
    -- Unique over all partitions by the table receipt_ids.
    id TEXT COLLATE "C" NOT NULL,
    -- Over the signing input; tells receipts apart.
    hash TEXT NOT NULL,
    jws TEXT NOT NULL,
    -- NULL in a receipt without signature.
    device TEXT COLLATE "C" REFERENCES devices (thumbprint),
    seq BIGINT NOT NULL,
    prev TEXT COLLATE "C",
    notice TEXT COLLATE "C" NOT NULL REFERENCES notices (hash),
    state TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    -- The device's clock was more than ten minutes ahead.
    skew BIGINT NOT NULL,
    -- The decision was more than thirty days old.
    late BIGINT NOT NULL,
    -- Another receipt of this device stands at the same place of its chain.
    fork BIGINT NOT NULL,
    PRIMARY KEY (id, received_at)
) PARTITION BY RANGE (received_at);

CREATE INDEX receipts_by_place ON receipts (device, seq);
CREATE INDEX receipts_by_predecessor ON receipts (device, prev);
CREATE INDEX receipts_by_arrival ON receipts (received_at);
