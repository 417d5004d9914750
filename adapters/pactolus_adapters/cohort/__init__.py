"""A synthetic cohort made to match the MIDAS trial, and the trial's tables out of the service's own answers."""
