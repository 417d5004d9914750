"""Where durable-rules runs: in a worker process that may die without harm."""
