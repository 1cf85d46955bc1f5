-- What a shopper asks about the receipts of one device.

CREATE INDEX receipts_by_device ON receipts (device, received_at);

-- Requests that were used: each counts once. The name tells neither the device nor the request's own id.
CREATE TABLE requests (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- From then on the request is too old to count, and the row goes.
    expires_at BIGINT NOT NULL
);

CREATE INDEX requests_by_end ON requests (expires_at);

-- Receipts that were erased, so that none comes back when it is sent again. A name is SHA-256 over a receipt's id, which is
-- random: whoever does not hold the receipt learns nothing from it, and no time stands beside it.
CREATE TABLE erased (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY
);
