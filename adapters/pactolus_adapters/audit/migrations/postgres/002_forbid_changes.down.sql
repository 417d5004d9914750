-- Back to tables that guard nothing.
DROP TRIGGER audit_patient_name_has_entry ON audit_patient_name;
DROP TRIGGER audit_payload_has_entry ON audit_payload;
DROP TRIGGER audit_index_has_entry ON audit_index;
DROP TRIGGER audit_entry_stays ON audit_entry;
DROP TRIGGER audit_entry_is_gap_free ON audit_entry;
DROP FUNCTION audit_part_has_entry();
DROP FUNCTION audit_entry_stays();
DROP FUNCTION audit_entry_is_gap_free();
