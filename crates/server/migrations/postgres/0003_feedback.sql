-- What shoppers wrote about a notice. Nothing here leads to a device or a receipt: of the time only the day is kept.
CREATE TABLE feedback (
    -- Counts up, so that what came last stands last within a day.
    place BIGINT NOT NULL PRIMARY KEY,
    -- The beginning of the day (UTC).
    received_on BIGINT NOT NULL,
    version TEXT NOT NULL,
    lang TEXT NOT NULL,
    -- NULL where it is about the whole.
    purpose TEXT,
    text TEXT NOT NULL
);

CREATE INDEX feedback_by_day ON feedback (received_on);
