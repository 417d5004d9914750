"""A candidate pack beside the active one: a replay that follows the log, and never stands in the way of an answer."""
