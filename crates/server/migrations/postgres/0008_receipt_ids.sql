-- The ids of the receipts, and when each came. On PostgreSQL the receipts are partitioned by arrival, so that nothing in them can
-- be unique over all; here it can. Whoever has only an id learns here in which partition to look.
CREATE TABLE receipt_ids (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    received_at BIGINT NOT NULL
);

INSERT INTO receipt_ids (id, received_at) SELECT id, received_at FROM receipts;
