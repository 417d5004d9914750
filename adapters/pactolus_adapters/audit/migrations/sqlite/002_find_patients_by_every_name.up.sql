-- The other names of a record's patient, as keyed pseudonyms: a lone Observation names its patient by
-- `Type/id`, a whole record by an identifier, and both must lead to what was said before. Erasable; a
-- copy inside the payload shows whether it was altered.
CREATE TABLE audit_patient_name (
    seq       INTEGER NOT NULL REFERENCES audit_entry (seq),
    pseudonym TEXT NOT NULL CHECK (pseudonym <> ''),
    PRIMARY KEY (seq, pseudonym)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_patient_name_found ON audit_patient_name (pseudonym, seq);
