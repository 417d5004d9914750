"""Records evaluated again, in bulk."""
