"""Prints, after a run, how many of the planted mistakes were caught."""

import pytest

__all__ = ["SCORE"]

SCORE: pytest.StashKey[dict[str, list[bool]]] = pytest.StashKey()
"""Trap → whether each mistake planted for it was caught."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """One line, if mistakes were planted at all."""
    tried = config.stash.get(SCORE, {})
    if tried:
        caught = [one for mistakes in tried.values() for one in mistakes]
        guarded = sum(all(mistakes) for mistakes in tried.values())
        terminalreporter.write_line(
            f"mutations: {sum(caught)} of {len(caught)} caught; {guarded} of {len(tried)} traps guarded"
        )
