"""Results by the day they were recorded; by month or year where days would be too many to look at."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

from pactolus_adapters.replay.report.summary import Period
from pactolus_engine.replay.result import ReplayClass, ReplayResult

__all__ = ["Days"]

_DATE: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?=T)", re.ASCII)
_WIDTHS: Final = (len("2026-07-31"), len("2026-07"), len("2026"))
_MOST_PERIODS: Final = 92
"""A quarter of a year day by day; more is shown by month, and more than so many months by year."""


@dataclass(slots=True)
class Days:
    """Counts by day; whatever is no RFC 3339 instant in UTC has no day."""

    counts: defaultdict[str, Counter[tuple[ReplayClass, bool]]] = field(
        default_factory=lambda: defaultdict(Counter)
    )

    def add(self, result: ReplayResult) -> None:
        """Counts one result."""
        found = _DATE.match(result.recorded_at)
        self.counts[found.group() if found else ""][result.result_class, result.is_difference] += 1

    def periods(self) -> tuple[Period, ...]:
        """All of them, the earliest first, in days, months or years alike."""
        width = next((one for one in _WIDTHS if len(self._since(one)) <= _MOST_PERIODS), _WIDTHS[-1])
        together: defaultdict[str, Counter[tuple[ReplayClass, bool]]] = defaultdict(Counter)
        for day, counted in self.counts.items():
            together[day[:width]] += counted
        return tuple(_period(since, counted) for since, counted in sorted(together.items()))

    def _since(self, width: int) -> set[str]:
        return {day[:width] for day in self.counts}


def _period(since: str, counted: Counter[tuple[ReplayClass, bool]]) -> Period:
    classes = Counter[str]()
    for (kind, _), count in counted.items():
        classes[kind.value] += count
    differences = sum(count for (_, differs), count in counted.items() if differs)
    return Period(since, dict(sorted(classes.items())), counted.total(), differences)
