"""Replays that a server does beside its other work: begun by callers, kept in folders, gone on with after a restart."""
