"""Because of what an answer is told otherwise though no truth differs: the words of rules, sources, options, facts."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from pactolus_engine.decision import Assumption, Conclusion, Decision, Missing, OfferedOption
from pactolus_engine.pack.model import Effect
from pactolus_engine.replay.changed import Changed
from pactolus_engine.replay.grounds import Grounds
from pactolus_engine.replay.pack_change import PackChange
from pactolus_engine.replay.told import Told

__all__ = ["of_no_rule", "of_told", "reworded_findings"]

_Key = TypeVar("_Key")
_Part = TypeVar("_Part")


def of_told(rule: str, before: Told, after: Told, grounds: Grounds, otherwise: tuple[str, ...]) -> set[str]:
    """Why what both answers tell of a rule is told otherwise; empty when it is not.

    `otherwise`: what is named when neither words, sources nor facts explain it.
    """
    changed = grounds.change.changed if grounds.change else Changed()
    words = before.words_differ(after)
    found = {f"rule:{rule}"} if words and rule in changed.rule_words else set[str]()
    if words:
        found |= _sources(changed, before.evidence | after.evidence)
    shown = set(_of_facts_shown(rule, before, after, grounds, changed))
    found |= shown - {""}
    return found or (set(otherwise) if words or shown else set())


def _of_facts_shown(
    rule: str, before: Told, after: Told, grounds: Grounds, changed: Changed
) -> Iterator[str]:
    """Causes for each fact that both reasons show, and an empty text for a difference without one."""
    if not (before.facts and after.facts):
        return
    if before.facts.keys() != after.facts.keys():
        yield ""
        yield from grounds.change.rule_causes.get(rule, ()) if grounds.change else ()
    for name in before.facts.keys() & after.facts.keys():
        if before.facts[name] != after.facts[name]:
            yield ""
            yield from grounds.of_fact(name) if name in grounds.facts else ()
            yield from [f"fact:{name}"] if name in changed.fact_words else ()


def reworded_findings(
    recorded: Decision, replayed: Decision, change: PackChange | None
) -> Iterator[tuple[str, frozenset[str]]]:
    """The rules that state a finding of both answers in other words, each with the causes."""
    if change is None or change.before is None:
        return
    pairs = _both(_findings(recorded), _findings(replayed))
    reworded = {name for name, (one, other) in pairs.items() if one != other}
    for rule in change.after.rules.values():
        if rule.effect is Effect.CONCLUDE and (rule.target, rule.value) in reworded:
            words = {f"rule:{rule.id}"} if rule.id in change.changed.rule_words else set[str]()
            if found := words | _sources(change.changed, set(rule.evidence)):
                yield rule.id, frozenset(found)


def of_no_rule(recorded: Decision, replayed: Decision, grounds: Grounds) -> set[str]:
    """Changes behind what no rule tells: options and facts told otherwise, facts assumed in one answer alone."""
    changed = grounds.change.changed if grounds.change else Changed()
    found = set[str]()
    for name, (before, after) in _both(_options(recorded), _options(replayed)).items():
        told = [(one.title, one.description, one.evidence) for one in (before, after)]
        if told[0] != told[1]:
            found |= {f"option:{name}"} if name in changed.options else set()
            found |= _sources(changed, {source.id for source in (*before.evidence, *after.evidence)})
    for name in _facts_told_otherwise(recorded, replayed):
        if name in changed.fact_words | changed.facts | grounds.facts:
            found.add(f"fact:{name}")
    for name in _assumed(recorded).keys() ^ _assumed(replayed).keys():
        found |= grounds.of_fact(name) if name in grounds.facts else set()
        found |= grounds.change.asked.get(name, set()) if grounds.change else set()
    return found


def _facts_told_otherwise(recorded: Decision, replayed: Decision) -> Iterator[str]:
    for tell in (_missing, _assumed):
        for name, (before, after) in _both(tell(recorded), tell(replayed)).items():
            if before != after:
                yield name


def _sources(changed: Changed, ids: set[str]) -> set[str]:
    return {f"evidence:{name}" for name in ids & changed.evidence}


def _both(before: Mapping[_Key, _Part], after: Mapping[_Key, _Part]) -> dict[_Key, tuple[_Part, _Part]]:
    return {name: (before[name], after[name]) for name in before.keys() & after.keys()}


def _settled(decision: Decision) -> Decision:
    return decision.replacement or decision


def _options(decision: Decision) -> dict[str, OfferedOption]:
    return {option.id: option for option in _settled(decision).options}


def _findings(decision: Decision) -> dict[tuple[str, str], Conclusion]:
    return {(one.id, one.value): one for one in _settled(decision).conclusions}


def _missing(decision: Decision) -> Mapping[str, Missing | Assumption]:
    return {one.fact: one for one in _settled(decision).missing}


def _assumed(decision: Decision) -> Mapping[str, Missing | Assumption]:
    return {one.fact: one for one in _settled(decision).assumptions}
