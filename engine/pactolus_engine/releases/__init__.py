"""Published packs: what is signed about a pack and a release, and which version is active."""
