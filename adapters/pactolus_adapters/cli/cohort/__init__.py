"""`pactolus cohort VERB`: synthetic patients, one file per verb."""
