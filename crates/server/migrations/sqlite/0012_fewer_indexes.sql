-- Ids and devices are random: each index over them costs two pages of the disk for each receipt. Two are left: what is unique over
-- all, and what finds a device's receipts. A device's key stands with its receipts and goes with the last of them.
-- In one step: before the first release there is no server of an older one beside this.
CREATE TABLE arranged_receipts (
    id TEXT NOT NULL,
    -- Over the signing input; tells receipts apart.
    hash TEXT NOT NULL,
    -- The exact text received, sealed.
    jws BLOB NOT NULL,
    -- The thumbprint of the key that signed, and the key. NULL in a receipt without signature.
    device TEXT,
    key_x TEXT,
    key_y TEXT,
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
    sealed BIGINT NOT NULL,
    -- How long it is kept: by the rule set under which it was given, from the end of what it says. NULL in receipts from before
    -- that was noted, which are kept as long as any.
    regime TEXT,
    ends_at BIGINT,
    -- Receipts come in the order of this key, which makes it cheap. The id alone is unique too: by the table receipt_ids.
    PRIMARY KEY (received_at, id)
);

INSERT INTO arranged_receipts
    SELECT id, hash, jws, device, devices.x, devices.y, seq, prev, notice, state, decided_at, received_at, skew, late, fork,
           log, entry, salt, envelope, reference, network, sealed, regime, ends_at
    FROM receipts LEFT JOIN devices ON thumbprint = device
    ORDER BY received_at, id;

DROP TABLE receipts;
DROP TABLE devices;
ALTER TABLE arranged_receipts RENAME TO receipts;

CREATE INDEX receipts_by_device ON receipts (device, seq);
-- Of most devices there is one receipt, which has none before it.
CREATE INDEX receipts_by_predecessor ON receipts (device, prev) WHERE prev IS NOT NULL;
CREATE INDEX receipts_by_entry ON receipts (log, entry);
CREATE INDEX receipts_by_reference ON receipts (reference, received_at) WHERE reference IS NOT NULL;
CREATE INDEX receipts_by_network ON receipts (received_at) WHERE network IS NOT NULL;
CREATE INDEX receipts_to_seal ON receipts (id) WHERE sealed = 0;

-- The ids once, and not beside an index of them.
CREATE TABLE arranged_ids (
    id TEXT NOT NULL PRIMARY KEY,
    received_at BIGINT NOT NULL
) WITHOUT ROWID;

INSERT INTO arranged_ids SELECT id, received_at FROM receipt_ids ORDER BY id;

DROP TABLE receipt_ids;
ALTER TABLE arranged_ids RENAME TO receipt_ids;
