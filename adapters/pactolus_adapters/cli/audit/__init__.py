"""`pactolus audit VERB`: questions to the records, one file per verb."""
