-- Ids and devices are random: each index over them costs two pages of the disk for each receipt. Two are left: what is unique over
-- all, and what finds a device's receipts. A device's key stands with its receipts and goes with the last of them.
-- In one step: before the first release there is no server of an older one beside this.
ALTER TABLE receipts
    -- The key that signed. NULL in a receipt without signature.
    ADD COLUMN key_x TEXT,
    ADD COLUMN key_y TEXT;

UPDATE receipts SET key_x = devices.x, key_y = devices.y FROM devices WHERE thumbprint = device;

DROP INDEX receipts_by_place, receipts_by_predecessor, receipts_by_arrival, receipts_by_device;

ALTER TABLE receipts
    DROP CONSTRAINT receipts_device_fkey,
    DROP CONSTRAINT receipts_pkey,
    -- Receipts come in the order of this key, which makes it cheap. The id alone is unique too: by the table receipt_ids.
    ADD PRIMARY KEY (received_at, id);

DROP TABLE devices;

CREATE INDEX receipts_by_device ON receipts (device, seq);
-- Of most devices there is one receipt, which has none before it.
CREATE INDEX receipts_by_predecessor ON receipts (device, prev) WHERE prev IS NOT NULL;
