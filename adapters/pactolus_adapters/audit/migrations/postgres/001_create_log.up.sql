-- Which step of these files the tables are at; one row.
CREATE TABLE audit_schema (
    only_row BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (only_row),
    version  INTEGER NOT NULL
);
INSERT INTO audit_schema (version) VALUES (1);

-- The log of commitments. Public by content: digests and keyed pseudonyms only. Never changed.
CREATE TABLE audit_entry (
    seq       BIGINT PRIMARY KEY CHECK (seq >= 0),
    leaf      BYTEA NOT NULL,
    leaf_hash BYTEA NOT NULL CHECK (length(leaf_hash) = 32)
);

-- What records are found by. Erasable; a copy inside the payload shows whether it was altered. Texts are
-- compared byte by byte, so that no locale takes two request ids for one.
CREATE TABLE audit_index (
    seq                BIGINT PRIMARY KEY,
    event              TEXT COLLATE "C" NOT NULL,
    outcome            TEXT COLLATE "C" NOT NULL,
    rules              TEXT[] COLLATE "C" NOT NULL,
    tenant             TEXT COLLATE "C" NOT NULL,
    client             TEXT COLLATE "C" NOT NULL,
    request_id         TEXT COLLATE "C" NOT NULL, -- empty: the caller gave none
    request_digest     TEXT COLLATE "C" NOT NULL,
    recorded_at        TEXT COLLATE "C" NOT NULL, -- RFC 3339, UTC, microseconds
    patient_pseudonym  TEXT COLLATE "C" NOT NULL, -- empty: nobody said who the patient is
    decision_pseudonym TEXT COLLATE "C" NOT NULL,
    about              BIGINT, -- the record that this one is about
    pack_id            TEXT COLLATE "C" NOT NULL,
    pack_version       TEXT COLLATE "C" NOT NULL
);

CREATE UNIQUE INDEX audit_index_request ON audit_index (tenant, client, request_id) WHERE request_id <> '';
CREATE INDEX audit_index_patient ON audit_index (patient_pseudonym, seq) WHERE patient_pseudonym <> '';
CREATE INDEX audit_index_decision ON audit_index (decision_pseudonym) WHERE decision_pseudonym <> '';
CREATE INDEX audit_index_about ON audit_index (about) WHERE about IS NOT NULL;

-- The other names of a record's patient, as keyed pseudonyms. Erasable.
CREATE TABLE audit_patient_name (
    seq       BIGINT NOT NULL,
    pseudonym TEXT COLLATE "C" NOT NULL CHECK (pseudonym <> ''),
    PRIMARY KEY (seq, pseudonym)
);

CREATE INDEX audit_patient_name_found ON audit_patient_name (pseudonym, seq);

-- The keys that payloads are encrypted under, each encrypted under the key-encryption key. Erasable: a
-- payload whose key is gone is gone.
CREATE TABLE data_key (
    key_id       TEXT COLLATE "C" PRIMARY KEY,
    subject      TEXT COLLATE "C" NOT NULL, -- pseudonym of the patient, or empty for the key of a single record
    nonce        BYTEA NOT NULL,
    wrapped      BYTEA NOT NULL,
    wrapped_by   TEXT COLLATE "C" NOT NULL, -- check value of the key-encryption key
    destroyed_by BIGINT
);

CREATE UNIQUE INDEX data_key_subject ON data_key (subject) WHERE subject <> '';

-- Everything that may hold patient data, with the salts of the digests in the leaf. Erasable.
CREATE TABLE audit_payload (
    seq        BIGINT PRIMARY KEY,
    key_id     TEXT COLLATE "C" NOT NULL,
    nonce      BYTEA NOT NULL,
    ciphertext BYTEA NOT NULL,
    erased_by  BIGINT -- the record that emptied it
);
-- It was compressed before it was encrypted; to try again costs time and gains nothing.
ALTER TABLE audit_payload ALTER COLUMN ciphertext SET STORAGE EXTERNAL;
CREATE INDEX audit_payload_key ON audit_payload (key_id);

-- The hashes of the Merkle tree, 256 to a tile (C2SP tlog-tiles); level 0 holds the leaf hashes. They are
-- made of the leaves, and can be made again.
CREATE TABLE tile (
    level  SMALLINT NOT NULL CHECK (level >= 0),
    idx    BIGINT NOT NULL CHECK (idx >= 0),
    hashes BYTEA NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
    PRIMARY KEY (level, idx)
);
ALTER TABLE tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- Signed checkpoints (C2SP tlog-checkpoint), each over the first `size` records.
CREATE TABLE checkpoint (
    size      BIGINT PRIMARY KEY CHECK (size >= 0),
    root      BYTEA NOT NULL CHECK (length(root) = 32),
    note      BYTEA NOT NULL,
    signed_at TEXT COLLATE "C" NOT NULL -- RFC 3339, UTC, microseconds
);

-- Signature lines of witnesses under a checkpoint (C2SP tlog-cosignature).
CREATE TABLE cosignature (
    size    BIGINT NOT NULL REFERENCES checkpoint (size),
    witness TEXT COLLATE "C" NOT NULL,
    line    TEXT NOT NULL,
    PRIMARY KEY (size, witness)
);

CREATE TABLE log_meta (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value TEXT NOT NULL
);
