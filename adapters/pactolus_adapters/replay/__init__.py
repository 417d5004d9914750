"""Recorded decisions evaluated again, in batches: read, decided, compared, reported."""
