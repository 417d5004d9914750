"""The synthetic cohort: what is written, what the packs say of it, and the tables out of that."""
