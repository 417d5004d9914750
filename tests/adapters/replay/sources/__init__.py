"""Where the records of a replay come from."""
