"""Formats and proofs of a transparency log (RFC 6962, C2SP): pure, without disk, clock or database."""
