"""Which rules are true: the definition evaluator and durable-rules, compared every time."""
