-- Back to nothing; a log that holds records stays.
DO $$
BEGIN
    IF EXISTS (SELECT FROM audit_entry) THEN
        RAISE EXCEPTION 'a log that holds records is not taken down' USING ERRCODE = 'restrict_violation';
    END IF;
END
$$;
DROP TABLE log_meta;
DROP TABLE cosignature;
DROP TABLE checkpoint;
DROP TABLE tile;
DROP TABLE audit_payload;
DROP TABLE data_key;
DROP TABLE audit_patient_name;
DROP TABLE audit_index;
DROP TABLE audit_entry;
DROP TABLE audit_schema;
