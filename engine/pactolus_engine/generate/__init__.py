"""Cases for review: patients that show what the cases of a pack do not show yet. Pure; steps, never seconds."""
