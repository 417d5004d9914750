"""The summary of a finished replay and its root, in one pass over the files of results, in flat memory.

What is kept grows with the rules, options, outcomes and days that occur, never with the records.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pactolus_adapters.replay.report.over_time import Days
from pactolus_adapters.replay.report.root import hashed_into, ordered_results, whole_parts
from pactolus_adapters.replay.report.summary import (
    NOT_COMPARED,
    Flow,
    HowItRan,
    NotCompared,
    OptionOffered,
    RuleMoved,
    Summary,
)
from pactolus_adapters.replay.spec import ReplaySpec
from pactolus_adapters.trail.recompute import RecomputedTree
from pactolus_engine.replay.result import Moved, ReplayClass, ReplayResult, Said

__all__ = ["summarize"]

_MOST_EXAMPLES: Final = 20
_MOST_DETAILS: Final = 50


def summarize(spec: ReplaySpec, folder: Path, ran: HowItRan) -> Summary:
    """What the replay in a folder came to. Raises `PartUnreadable` unless its results are there, whole and in
    order."""
    found = whole_parts(spec, folder)
    passed_over = sum((Counter(part.passed_over) for part in found), Counter[str]())
    tree, tally = RecomputedTree(), _Tally()
    for result in hashed_into(tree, ordered_results(found)):
        tally.add(result)
    results = tally.classes.total()
    return Summary(
        spec=spec,
        root=tree.root().hex(),
        records=results + passed_over.total(),
        results=results,
        differences=tally.differences,
        passed_over=_by_name(passed_over),
        classes={one.value: tally.classes[one] for one in ReplayClass},
        packs=_by_name(tally.packs),
        fields=_by_name(tally.fields),
        causes=_by_name(tally.causes),
        flows=tally.all_flows(),
        options=tally.all_options(),
        rules=tally.all_rules(),
        over_time=tally.days.periods(),
        not_compared=tally.all_not_compared(),
        ran=ran,
    )


@dataclass(slots=True)
class _RuleTally:
    records: int = 0
    differences: int = 0
    because: Counter[str] = field(default_factory=Counter)
    examples: list[int] = field(default_factory=list)

    def add(self, moved: Moved, result: ReplayResult) -> None:
        self.records += 1
        self.because.update(set(moved.because))
        if result.is_difference:
            self.differences += 1
            if len(self.examples) < _MOST_EXAMPLES:
                self.examples.append(result.index)


@dataclass(slots=True)
class _Tally:
    """Counts that grow result by result."""

    classes: Counter[ReplayClass] = field(default_factory=Counter)
    differences: int = 0
    packs: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    flows: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    options: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rules: defaultdict[tuple[str, str, str], _RuleTally] = field(
        default_factory=lambda: defaultdict(_RuleTally)
    )
    days: Days = field(default_factory=Days)
    details: Counter[tuple[ReplayClass, str]] = field(default_factory=Counter)

    def add(self, result: ReplayResult) -> None:
        """Counts one result."""
        self.classes[result.result_class] += 1
        self.days.add(result)
        if result.pack:
            self.packs[result.pack] += 1
        flow = (_outcome(result.recorded), _outcome(result.replayed), result.is_difference)
        self.flows[flow] += 1
        self._add_options(result)
        for moved in result.moved:
            self.rules[moved.rule, moved.before, moved.after].add(moved, result)
        if result.is_difference:
            self.differences += 1
            self.fields.update(set(result.fields))
            self.causes.update(set(result.causes))
        if result.result_class in NOT_COMPARED:
            self._add_detail(result)

    def all_flows(self) -> tuple[Flow, ...]:
        """Each pair of outcomes once, by name."""
        pairs = sorted({(before, after) for before, after, _ in self.flows})
        return tuple(self._flow(before, after) for before, after in pairs)

    def all_options(self) -> tuple[OptionOffered, ...]:
        """Each option once, by name."""
        return tuple(
            OptionOffered(option, counts["before"], counts["after"], counts["gained"], counts["lost"])
            for option, counts in sorted(self.options.items())
        )

    def all_rules(self) -> tuple[RuleMoved, ...]:
        """Each move once, those with the most differences first."""
        # Among equals first the rules that were written otherwise: the others follow from them.
        ordered = sorted(
            self.rules.items(),
            key=lambda one: (
                -one[1].differences,
                -one[1].records,
                f"rule:{one[0][0]}" not in one[1].because,
                one[0],
            ),
        )
        return tuple(
            RuleMoved(*key, tally.records, tally.differences, _by_name(tally.because), tuple(tally.examples))
            for key, tally in ordered
        )

    def all_not_compared(self) -> tuple[NotCompared, ...]:
        """Each reason once, by class and by how often it was."""
        ordered = sorted(self.details.items(), key=lambda one: (one[0][0], -one[1], one[0][1]))
        return tuple(NotCompared(kind.value, detail, count) for (kind, detail), count in ordered)

    def _flow(self, before: str, after: str) -> Flow:
        differences = self.flows[before, after, True]
        return Flow(before, after, differences + self.flows[before, after, False], differences)

    def _add_options(self, result: ReplayResult) -> None:
        if result.replayed is None or (result.recorded is None and result.result_class != ReplayClass.NEW):
            return
        after = set(result.replayed.options)
        before = set(result.recorded.options) if result.recorded else set[str]()
        _count(self.options, "before", before)
        _count(self.options, "after", after)
        if result.recorded:
            _count(self.options, "gained", after - before)
            _count(self.options, "lost", before - after)

    def _add_detail(self, result: ReplayResult) -> None:
        key = (result.result_class, result.detail)
        if key not in self.details and len(self.details) >= _MOST_DETAILS:
            key = (result.result_class, "")
        self.details[key] += 1


def _count(options: defaultdict[str, Counter[str]], what: str, offered: Iterable[str]) -> None:
    for option in offered:
        options[option][what] += 1


def _outcome(said: Said | None) -> str:
    return said.outcome if said else ""


def _by_name(counted: Counter[str]) -> dict[str, int]:
    return dict(sorted(counted.items()))
