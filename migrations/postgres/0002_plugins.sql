-- The components that were installed. Those inside the binary have no row; one of them is active where no row of its id
-- is. The bytes are artefacts, named by the digest.
CREATE TABLE plugin_generations (
    id TEXT NOT NULL,
    -- sha-256 of the component, hexadecimal
    digest TEXT NOT NULL,
    role TEXT NOT NULL,
    version TEXT NOT NULL,
    manifest TEXT NOT NULL,
    -- What an administrator has granted of what the manifest asks for.
    rights TEXT NOT NULL,
    -- Where it came from, for people.
    origin TEXT NOT NULL,
    -- staged (never active yet), active, kept, failed (it was active and taken back)
    state TEXT NOT NULL,
    -- Why it was taken back.
    reason TEXT,
    installed_at BIGINT NOT NULL,
    activated_at BIGINT,
    PRIMARY KEY (id, digest)
);
CREATE UNIQUE INDEX plugin_generations_active ON plugin_generations (id) WHERE state = 'active';
