"""What auditors do with the records."""
