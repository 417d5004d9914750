-- The copies in the payloads still name the other pseudonyms: the release before this cannot read records
-- that have any, and says so.
DROP TABLE audit_patient_name;
