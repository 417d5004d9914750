"""The pure core: facts, a pack and an instant in, a decision and the bytes of its record out."""
