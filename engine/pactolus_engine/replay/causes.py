"""Which rules came out otherwise when a decision was made again, and because of what.

A rule is a function of the truths of its parts, so a cause is looked for only where a part came out otherwise: in the
rule or a definition that another version writes otherwise, in the value of a parameter, in a fact that stands
otherwise, and behind the fact in what decides how it is read. Facts are named, their values never.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from pactolus_engine.decision import Decision
from pactolus_engine.replay.compare import compare
from pactolus_engine.replay.grounds import Grounds
from pactolus_engine.replay.looked import ABSENT, OFF, Looked, standing_otherwise
from pactolus_engine.replay.pack_change import PackChange
from pactolus_engine.replay.result import Moved, ReplayClass
from pactolus_engine.replay.words import of_no_rule, of_told, reworded_findings
from pactolus_engine.unsigned import PARAMETERS_NOT_APPROVED

__all__ = ["UNEXPLAINED", "causes", "moved"]

UNEXPLAINED: Final = "unexplained"
"""Neither pack nor software is another one, and still the answer differs: a defect."""

_TRUE, _UNKNOWN, _FALSE = "true", "unknown", "false"
_SAY_NOTHING: Final = frozenset({ABSENT, OFF, _FALSE})
"""A rule that goes from one of these to another moved nothing."""


def moved(
    recorded: Decision, replayed: Decision, change: PackChange | None, software: str
) -> tuple[Moved, ...]:
    """The rules that came out otherwise, or are told in other words, sorted by id, each with its causes.

    `change`: None when both are by the very same pack. `software`: the version that replayed, empty when it is the one
    that recorded. When the answers differ there is at least one; the last, of no rule, where no rule tells it.
    """
    found = compare(recorded, replayed, same_pack=change is None)
    if change is None and found.result_class is ReplayClass.IDENTICAL:
        return ()
    differs = found.result_class is not ReplayClass.IDENTICAL
    return tuple(_Mover(recorded, replayed, change, software, differs).moved())


def causes(moved: Iterable[Moved]) -> tuple[str, ...]:
    """Everything that the rules moved because of, sorted."""
    return tuple(sorted({cause for one in moved for cause in one.because}))


class _Mover:
    """Goes through the rules of two decisions, those that are built in too."""

    def __init__(
        self, recorded: Decision, replayed: Decision, change: PackChange | None, software: str, differs: bool
    ) -> None:
        self._recorded, self._replayed = recorded, replayed
        self._before, self._after = (Looked.at(one, is_told=differs) for one in (recorded, replayed))
        self._change = change
        self._differs = differs
        versions = (f"software:{software}",) if software else ()
        packs = () if change is None else (f"pack:{change.after.version}",)
        self._otherwise = (*packs, *versions) or (UNEXPLAINED,)
        is_known = change is None or change.before is not None
        self._grounds = Grounds(
            self._before,
            self._after,
            standing_otherwise(self._before, self._after),
            change,
            (versions or (UNEXPLAINED,)) if is_known else self._otherwise,
        )

    def moved(self) -> Iterator[Moved]:
        if not self._differs and self._before.truths == self._after.truths:
            return
        listed = [one for one in map(self._of_rule, self._rules()) if one is not None]
        if self._differs and not any(one.before != one.after for one in listed):
            listed += self._still_open({one.rule for one in listed})
        if self._differs:
            listed += self._findings({one.rule for one in listed})
        yield from sorted(listed, key=lambda one: one.rule)
        if self._differs:
            yield from self._of_no_rule(is_alone=not listed)

    def _rules(self) -> set[str]:
        looked = (self._before, self._after)
        return {rule for one in looked for rule in (*one.truths, *one.told)}

    def _of_rule(self, rule: str) -> Moved | None:
        if rule not in self._before.truths and rule not in self._after.truths:
            return self._of_built_in(rule)
        before, after = self._before.truth(rule), self._after.truth(rule)
        if before == after:
            return _listed(rule, before, after, self._of_unmoved(rule, before) if self._differs else ())
        if {before, after} <= _SAY_NOTHING:
            return None
        return _listed(rule, before, after, self._grounds.of_rule(rule))

    def _of_unmoved(self, rule: str, truth: str) -> set[str]:
        """Why a rule of the same truth does something else, or is told otherwise."""
        if truth in _SAY_NOTHING:
            return set()
        does_else = self._change is not None and rule in self._change.changed.aims
        return ({f"rule:{rule}"} if does_else else set()) | self._of_told(rule)

    def _still_open(self, listed: set[str]) -> Iterator[Moved]:
        """The rules that are unknown in both and may come out otherwise now, once more is known."""
        if self._change is None or self._change.before is None:
            return
        for rule, because in self._change.rule_causes.items():
            truths = {self._before.truth(rule), self._after.truth(rule)}
            if because and truths == {_UNKNOWN} and rule not in listed:
                yield Moved(rule, _UNKNOWN, _UNKNOWN, tuple(sorted(because)))

    def _of_told(self, rule: str) -> set[str]:
        before, after = self._before.told.get(rule), self._after.told.get(rule)
        if before is None or after is None:
            return set()
        return of_told(rule, before, after, self._grounds, self._behind(rule))

    def _of_built_in(self, rule: str) -> Moved | None:
        """A rule that no pack holds: it stands in an answer, or does not."""
        before, after = self._before.told.get(rule), self._after.told.get(rule)
        was, is_now = (ABSENT if one is None else one.truth or _TRUE for one in (before, after))
        if was == is_now:
            return _listed(rule, was, is_now, self._of_told(rule))
        # Caveats come and go with the outcome beside which they mean something.
        bears = any(one is not None and one.truth for one in (before, after))
        is_alike = self._before.outcome == self._after.outcome
        return _listed(rule, was, is_now, self._behind(rule) if bears or is_alike else ())

    def _behind(self, rule: str) -> tuple[str, ...]:
        """What is named when neither the words of a rule, nor its sources or facts, tell it."""
        if rule == PARAMETERS_NOT_APPROVED and self._change is not None:
            return tuple(f"parameter:{name}" for name in self._change.changed.parameters) or self._otherwise
        return self._otherwise

    def _findings(self, listed: set[str]) -> Iterator[Moved]:
        for rule, because in reworded_findings(self._recorded, self._replayed, self._change):
            if rule in listed:
                continue
            yield Moved(rule, self._before.truth(rule), self._after.truth(rule), tuple(sorted(because)))

    def _of_no_rule(self, *, is_alone: bool) -> Iterator[Moved]:
        """What differs beside the rules, and what nothing explains."""
        found = of_no_rule(self._recorded, self._replayed, self._grounds)
        if found or is_alone:
            yield Moved("", "", "", tuple(sorted(found or self._otherwise)))


def _listed(rule: str, before: str, after: str, because: Iterable[str]) -> Moved | None:
    """The rule with its causes; None when there is none."""
    named = tuple(sorted(because))
    return Moved(rule, before, after, named) if named else None
