"""The witness: what it cosigns, what it refuses, and who asks it."""
