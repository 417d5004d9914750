"""Witnesses of a log (C2SP tlog-witness): the process that cosigns checkpoints, and who asks it to."""
