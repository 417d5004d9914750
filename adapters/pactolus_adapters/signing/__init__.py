"""Signatures over packs and releases: keys in files, what they sign, and whose word counts."""
