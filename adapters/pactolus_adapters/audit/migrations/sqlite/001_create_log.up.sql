-- The log of commitments. Public by content: digests and keyed pseudonyms only. Never changed.
CREATE TABLE audit_entry (
    seq       INTEGER PRIMARY KEY CHECK (seq >= 0),
    leaf      BLOB NOT NULL,
    leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32)
) STRICT;

CREATE TRIGGER audit_entry_is_gap_free BEFORE INSERT ON audit_entry
WHEN NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM audit_entry)
BEGIN
    SELECT raise(ABORT, 'records are numbered without gaps');
END;

CREATE TRIGGER audit_entry_is_not_updated BEFORE UPDATE ON audit_entry
BEGIN
    SELECT raise(ABORT, 'a commitment is never changed');
END;

CREATE TRIGGER audit_entry_is_not_deleted BEFORE DELETE ON audit_entry
BEGIN
    SELECT raise(ABORT, 'a commitment is never deleted');
END;

-- What records are found by. Erasable; a copy inside the payload shows whether it was altered.
CREATE TABLE audit_index (
    seq               INTEGER PRIMARY KEY REFERENCES audit_entry (seq),
    event             TEXT NOT NULL,
    outcome           TEXT NOT NULL,
    rules             TEXT NOT NULL, -- JSON list of rule ids
    tenant            TEXT NOT NULL,
    client            TEXT NOT NULL,
    request_id        TEXT NOT NULL, -- empty: the caller gave none
    request_digest    TEXT NOT NULL,
    recorded_at       TEXT NOT NULL, -- RFC 3339, UTC, microseconds
    patient_pseudonym TEXT NOT NULL  -- empty: nobody said who the patient is
) STRICT;

CREATE UNIQUE INDEX audit_index_request ON audit_index (tenant, client, request_id) WHERE request_id <> '';
CREATE INDEX audit_index_patient ON audit_index (patient_pseudonym, seq) WHERE patient_pseudonym <> '';

-- The keys that payloads are encrypted under, each encrypted under the key file. Erasable: a
-- payload whose key is gone is gone.
CREATE TABLE data_key (
    key_id  TEXT PRIMARY KEY,
    subject TEXT NOT NULL, -- pseudonym of the patient, or empty for the key of a single record
    nonce   BLOB NOT NULL,
    wrapped BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX data_key_subject ON data_key (subject) WHERE subject <> '';

-- Everything that may hold patient data, with the salts of the digests in the leaf. Erasable.
CREATE TABLE audit_payload (
    seq        INTEGER PRIMARY KEY REFERENCES audit_entry (seq),
    key_id     TEXT NOT NULL REFERENCES data_key (key_id),
    nonce      BLOB NOT NULL,
    ciphertext BLOB NOT NULL
) STRICT;

CREATE TABLE log_meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
