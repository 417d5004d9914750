"""What became of a recorded decision when it was made again: compared, explained, in one form of bytes."""
