"""Replays: what is read, evaluated again, compared, reported."""
