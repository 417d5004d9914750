-- There is nothing before the log: only an empty one can be taken away.
CREATE TEMP TABLE the_log_is_empty (records INTEGER CHECK (records = 0));
INSERT INTO the_log_is_empty SELECT count(*) FROM audit_entry;
DROP TABLE the_log_is_empty;

DROP TABLE audit_payload;
DROP TABLE data_key;
DROP TABLE audit_index;
DROP TABLE audit_entry;
DROP TABLE log_meta;
