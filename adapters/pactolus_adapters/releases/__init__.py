"""The folder of published packs: versions that never change, and the record of which is active."""
