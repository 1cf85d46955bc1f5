-- Who may use the admin listener, and what was done there.

-- A token itself is never kept: whoever reads this table can use none of it.
CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    -- SHA-256 over the whole token.
    hash TEXT NOT NULL,
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- The token that made it; NULL for the command line.
    created_by TEXT,
    expires_at BIGINT,
    -- The beginning of the last day (UTC) when it was used.
    used_on BIGINT,
    revoked_at BIGINT
);

-- Lines of the audit trail that commands have left for the server, which alone writes the log.
CREATE TABLE audit_waiting (
    place BIGINT NOT NULL PRIMARY KEY,
    event TEXT NOT NULL
);

-- Requests that a second token has to confirm.
CREATE TABLE confirmations (
    id TEXT NOT NULL PRIMARY KEY,
    -- The token that asks, and what for: method and path with all that stands behind it.
    who TEXT NOT NULL,
    request TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    confirmed_by TEXT,
    used_at BIGINT
);

CREATE INDEX confirmations_by_end ON confirmations (expires_at);
