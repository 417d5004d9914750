"""The linter of rule packs: one check a file, one table of them, and waivers by the pack's author."""
