-- The hashes of the Merkle tree, 256 to a tile (C2SP tlog-tiles); level 0 holds the leaf hashes. They are
-- made of the leaves, and can be made again.
CREATE TABLE tile (
    level  INTEGER NOT NULL CHECK (level >= 0),
    idx    INTEGER NOT NULL CHECK (idx >= 0),
    hashes BLOB NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
    PRIMARY KEY (level, idx)
) STRICT;

-- Signed checkpoints (C2SP tlog-checkpoint), each over the first `size` records.
CREATE TABLE checkpoint (
    size      INTEGER PRIMARY KEY CHECK (size >= 0),
    root      BLOB NOT NULL CHECK (length(root) = 32),
    note      BLOB NOT NULL,
    signed_at TEXT NOT NULL -- RFC 3339, UTC, microseconds
) STRICT;

-- Signature lines of witnesses under a checkpoint (C2SP tlog-cosignature).
CREATE TABLE cosignature (
    size    INTEGER NOT NULL REFERENCES checkpoint (size),
    witness TEXT NOT NULL,
    line    TEXT NOT NULL,
    PRIMARY KEY (size, witness)
) STRICT, WITHOUT ROWID;

-- What more records are found by. The pack stands in the leaf, where it cannot be altered.
ALTER TABLE audit_index ADD COLUMN decision_pseudonym TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_index ADD COLUMN about INTEGER; -- the record that this one is about
ALTER TABLE audit_index ADD COLUMN pack_id TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_index ADD COLUMN pack_version TEXT NOT NULL DEFAULT '';
UPDATE audit_index SET (pack_id, pack_version) = (
    SELECT coalesce(CAST(leaf AS TEXT) ->> '$.pack_id', ''), coalesce(CAST(leaf AS TEXT) ->> '$.pack_version', '')
    FROM audit_entry e WHERE e.seq = audit_index.seq
);
CREATE INDEX audit_index_decision ON audit_index (decision_pseudonym) WHERE decision_pseudonym <> '';
CREATE INDEX audit_index_about ON audit_index (about) WHERE about IS NOT NULL;

-- Erasure: an emptied payload or key says which record of the log emptied it.
ALTER TABLE audit_payload ADD COLUMN erased_by INTEGER;
CREATE INDEX audit_payload_key ON audit_payload (key_id);
ALTER TABLE data_key ADD COLUMN wrapped_by TEXT NOT NULL DEFAULT ''; -- check value of the key-encryption key
ALTER TABLE data_key ADD COLUMN destroyed_by INTEGER;
UPDATE data_key SET wrapped_by = (SELECT value FROM log_meta WHERE name = 'key_check');
