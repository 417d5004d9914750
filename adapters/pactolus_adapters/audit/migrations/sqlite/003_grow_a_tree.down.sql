-- Back to the log without a tree. Nothing is lost that cannot be made again, but for the signatures, and for
-- what was already erased. Records that were made meanwhile have payloads of another form: the release
-- before this cannot read them, and says so.
ALTER TABLE data_key DROP COLUMN destroyed_by;
ALTER TABLE data_key DROP COLUMN wrapped_by;
DROP INDEX audit_payload_key;
ALTER TABLE audit_payload DROP COLUMN erased_by;
DROP INDEX audit_index_about;
DROP INDEX audit_index_decision;
ALTER TABLE audit_index DROP COLUMN pack_version;
ALTER TABLE audit_index DROP COLUMN pack_id;
ALTER TABLE audit_index DROP COLUMN about;
ALTER TABLE audit_index DROP COLUMN decision_pseudonym;
DROP TABLE cosignature;
DROP TABLE checkpoint;
DROP TABLE tile;
DELETE FROM log_meta WHERE name IN ('pseudonym_key', 'verifier_key');
