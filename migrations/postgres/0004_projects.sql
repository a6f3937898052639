-- A project: media, perhaps a sound track, a plan of how they are cut, and the jobs that render it. Whoever writes to
-- any of it writes the project's row first, so that writers of one project come one after the other.
CREATE TABLE projects (
    id TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX projects_owner ON projects (owner, id);

CREATE TABLE media (
    id TEXT NOT NULL PRIMARY KEY,
    project TEXT NOT NULL,
    owner TEXT NOT NULL,
    -- Its content, in the blob store.
    blob TEXT NOT NULL,
    -- As the client called it.
    filename TEXT NOT NULL,
    media_type TEXT NOT NULL,
    -- image, video, audio
    kind TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    position BIGINT NOT NULL,
    -- pending, processing, ready, failed
    status TEXT NOT NULL,
    error TEXT,
    facts TEXT,
    -- A picture of it, in the blob store.
    thumbnail TEXT,
    -- What looks into it.
    job TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX media_project ON media (project, position, id);
CREATE INDEX media_blob ON media (blob);
CREATE INDEX media_thumbnail ON media (thumbnail) WHERE thumbnail IS NOT NULL;

-- The sound track of a project.
CREATE TABLE tracks (
    project TEXT NOT NULL PRIMARY KEY,
    blob TEXT NOT NULL,
    filename TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    status TEXT NOT NULL,
    error TEXT,
    facts TEXT,
    beats TEXT,
    job TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX tracks_blob ON tracks (blob);

CREATE TABLE edls (
    project TEXT NOT NULL PRIMARY KEY,
    plan TEXT NOT NULL,
    hash TEXT NOT NULL,
    segment_count BIGINT NOT NULL,
    total_duration_ms BIGINT NOT NULL,
    saved_at BIGINT NOT NULL
);

-- The last job of each kind that rendered the project.
CREATE TABLE renders (
    project TEXT NOT NULL,
    -- preview, final
    kind TEXT NOT NULL,
    job TEXT NOT NULL,
    PRIMARY KEY (project, kind)
);
