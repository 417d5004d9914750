"""What auditors do with the records: verify, prove, show, list, export, erase; every look is recorded."""
