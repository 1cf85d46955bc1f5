-- How many receipts came on each day (UTC), by what they say. Nobody is in it: what is erased or deleted changes no number.
CREATE TABLE daily_counts (
    -- The beginning of the day.
    day BIGINT NOT NULL,
    -- granted or denied: a purpose; method, state: one of their words.
    what TEXT NOT NULL,
    name TEXT NOT NULL,
    receipts BIGINT NOT NULL,
    PRIMARY KEY (day, what, name)
);
