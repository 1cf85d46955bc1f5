-- How many persons each token has erased on the last day (UTC) on which it erased any.
CREATE TABLE token_erasures (
    token TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- The beginning of the day.
    day BIGINT NOT NULL,
    erasures BIGINT NOT NULL
);

-- When a server last wrote a checkpoint here, in milliseconds since 1970: it writes this each second, to know that it can.
ALTER TABLE logs ADD COLUMN written_at BIGINT;
