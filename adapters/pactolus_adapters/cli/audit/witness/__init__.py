"""`pactolus audit witness VERB`: the witness of a log, and asking it."""
