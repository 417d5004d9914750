"""Records evaluated again."""
