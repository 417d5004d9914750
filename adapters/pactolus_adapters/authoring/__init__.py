"""What the authors of rule packs do with them: one use case a file, the same for every door."""
