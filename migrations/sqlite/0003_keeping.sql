-- Which blobs are named by what: the documents of a job, an upload. Written together with what names them, so that a
-- blob can go as soon as nothing names it any more.
CREATE TABLE blob_refs (
    blob TEXT NOT NULL,
    -- The id of a job or of an upload.
    holder TEXT NOT NULL,
    PRIMARY KEY (blob, holder)
) WITHOUT ROWID;
CREATE INDEX blob_refs_holder ON blob_refs (holder);

-- Blobs that something named which is gone. They are looked at again when they are due: what is being made meanwhile may
-- name them too.
CREATE TABLE discarded_blobs (
    blob TEXT NOT NULL PRIMARY KEY,
    due_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Files that users brought along, to be used by what they ask for.
CREATE TABLE uploads (
    id TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    blob TEXT NOT NULL,
    -- The client's name of it, for people.
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX uploads_blob ON uploads (owner, blob);
CREATE INDEX uploads_age ON uploads (created_at);

-- How much each may spend. Costs are millionths of a US dollar.
CREATE TABLE budgets (
    owner TEXT NOT NULL PRIMARY KEY,
    -- day, month (UTC) or total
    period TEXT NOT NULL,
    cost_limit INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) WITHOUT ROWID;

-- What the request that is under way is expected to cost; it counts as spent until the operation ends.
ALTER TABLE operations ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0;
CREATE INDEX operations_reserved ON operations (owner) WHERE state = 'open' AND reserved > 0;
