"""What a replay came to: one root over all results, and a summary of them for people and programs."""
