-- Takes the audit log away, with all its entries.
DROP TABLE audit_entry;
