-- How many persons each token has erased on the last day (UTC) on which it erased any.
CREATE TABLE token_erasures (
    token TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- The beginning of the day.
    day BIGINT NOT NULL,
    erasures BIGINT NOT NULL
);
