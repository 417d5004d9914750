-- Commitments are added at the end and nothing else. The checks look at a whole statement at a time: one
-- trigger a row would cost more than the rows.
CREATE FUNCTION audit_entry_is_gap_free() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first BIGINT;
    last  BIGINT;
    added BIGINT;
BEGIN
    SELECT min(seq), max(seq), count(*) INTO first, last, added FROM new_entry;
    IF added > 0 AND (
        last - first + 1 <> added
        OR first <> (SELECT coalesce(max(seq) + 1, 0) FROM audit_entry WHERE seq < first)
    ) THEN
        RAISE EXCEPTION 'records are numbered without gaps' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER audit_entry_is_gap_free AFTER INSERT ON audit_entry
    REFERENCING NEW TABLE AS new_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_gap_free();

CREATE FUNCTION audit_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a commitment is never changed or deleted' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_stays();

-- What belongs to a record comes with it, and a payload with its key.
CREATE FUNCTION audit_part_has_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM new_part p WHERE NOT EXISTS (SELECT FROM audit_entry e WHERE e.seq = p.seq)) THEN
        RAISE EXCEPTION 'a part of a record is expected with its commitment'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER audit_index_has_entry AFTER INSERT ON audit_index
    REFERENCING NEW TABLE AS new_part FOR EACH STATEMENT EXECUTE FUNCTION audit_part_has_entry();
CREATE TRIGGER audit_payload_has_entry AFTER INSERT ON audit_payload
    REFERENCING NEW TABLE AS new_part FOR EACH STATEMENT EXECUTE FUNCTION audit_part_has_entry();
CREATE TRIGGER audit_patient_name_has_entry AFTER INSERT ON audit_patient_name
    REFERENCING NEW TABLE AS new_part FOR EACH STATEMENT EXECUTE FUNCTION audit_part_has_entry();
