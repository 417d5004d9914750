"""Transparency logs: the Merkle tree of RFC 6962 and the formats of C2SP around it; no disk, no clock."""
