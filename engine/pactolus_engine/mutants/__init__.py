"""Mutants of a pack: one small mistake each, of the kind that authors make, to try its cases with."""
