-- Times are milliseconds since 1970 by the store's clock. Ids are UUIDs as text. Documents are JSON as text.

-- A process that runs jobs. It renews one lease for everything it holds; who lets it lapse is taken to be dead.
CREATE TABLE workers (
    id TEXT NOT NULL PRIMARY KEY,
    -- The data folder's id: whoever holds that folder's lock knows that earlier workers of it are dead.
    host TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL
);

CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    -- queued, running, waiting (for operations), completed, failed, cancelled, uncertain
    state TEXT NOT NULL,
    priority INTEGER NOT NULL,
    run_at INTEGER NOT NULL,
    -- Who runs it, and for the how-manieth time: together they fence every write of a run.
    worker TEXT,
    attempt INTEGER NOT NULL DEFAULT 0,
    -- How often its worker died while it ran.
    crashes INTEGER NOT NULL DEFAULT 0,
    -- Of the jobs with one key at most `concurrency_limit` are running or waiting.
    concurrency_key TEXT,
    concurrency_limit INTEGER NOT NULL DEFAULT 1,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    progress REAL NOT NULL DEFAULT 0,
    current_step TEXT NOT NULL DEFAULT '',
    workflow_version INTEGER NOT NULL,
    input TEXT NOT NULL,
    result TEXT,
    error TEXT,
    idempotency_key TEXT,
    last_event INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    completed_at INTEGER
);
CREATE INDEX jobs_queue ON jobs (priority DESC, run_at, id) WHERE state = 'queued';
CREATE INDEX jobs_worker ON jobs (worker) WHERE worker IS NOT NULL;
CREATE INDEX jobs_key ON jobs (concurrency_key) WHERE concurrency_key IS NOT NULL AND state IN ('running', 'waiting');
CREATE INDEX jobs_owner ON jobs (owner, created_at DESC, id);
CREATE UNIQUE INDEX jobs_idempotency ON jobs (owner, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- The memory of a workflow: what a step gave, so that no step is done twice.
CREATE TABLE steps (
    job TEXT NOT NULL,
    key TEXT NOT NULL,
    input_hash TEXT NOT NULL,
    output TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (job, key)
) WITHOUT ROWID;

CREATE TABLE events (
    job TEXT NOT NULL,
    seq INTEGER NOT NULL,
    -- progress, step, log, done
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (job, seq)
) WITHOUT ROWID;

-- A request to a provider in flight: a row, not a task.
CREATE TABLE operations (
    id TEXT NOT NULL PRIMARY KEY,
    job TEXT NOT NULL,
    step TEXT NOT NULL,
    owner TEXT NOT NULL,
    -- text, image, video
    kind TEXT NOT NULL,
    plugin TEXT NOT NULL,
    digest TEXT NOT NULL,
    document TEXT NOT NULL,
    -- open, done, failed, uncertain, cancelled
    state TEXT NOT NULL,
    -- Of an open one: start, wait (for due_at), send (the stored request, which costs nothing), sent (a billable
    -- request's intent is committed and its answer is not stored)
    phase TEXT NOT NULL,
    guest_state BLOB,
    request TEXT,
    due_at INTEGER NOT NULL,
    worker TEXT,
    attempt INTEGER NOT NULL DEFAULT 0,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    -- Billable requests whose intent was committed, and those of them of which nobody knows whether they were accepted.
    sends INTEGER NOT NULL DEFAULT 0,
    unknown INTEGER NOT NULL DEFAULT 0,
    progress REAL,
    note TEXT,
    outcome TEXT,
    error TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    ended_at INTEGER,
    UNIQUE (job, step)
);
CREATE INDEX operations_due ON operations (due_at) WHERE state = 'open' AND worker IS NULL;
CREATE INDEX operations_worker ON operations (worker) WHERE worker IS NOT NULL;

-- What was spent. Costs are millionths of a US dollar.
CREATE TABLE ledger (
    id TEXT NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    owner TEXT NOT NULL,
    job TEXT NOT NULL,
    operation TEXT NOT NULL,
    plugin TEXT NOT NULL,
    model TEXT NOT NULL,
    kind TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    pictures INTEGER NOT NULL,
    video_ms INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    -- answered, or unknown: it was sent and no answer came, so it may have been spent all the same
    certainty TEXT NOT NULL
);
CREATE INDEX ledger_owner ON ledger (owner, created_at);

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL
);

-- API tokens; only their hashes are kept.
CREATE TABLE tokens (
    hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
