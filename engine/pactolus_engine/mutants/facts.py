"""Mutants of facts: what absence means, how several readings become one, which readings count."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pactolus_engine.mutants.conditions import Constants, changed_conditions
from pactolus_engine.mutants.mutant import Mutant
from pactolus_engine.mutants.reach import sifting
from pactolus_engine.mutants.words import said
from pactolus_engine.pack.model import (
    ALL_OF_LAST,
    Absence,
    All,
    Any,
    Condition,
    Fact,
    FactType,
    Not,
    Pack,
    Several,
    Status,
    StatusTest,
)
from pactolus_engine.show import show_number

__all__ = ["fact_mutants"]

_OTHER_SEVERAL = {
    Several.LATEST: Several.EARLIEST,
    Several.EARLIEST: Several.LATEST,
    Several.AGREE: Several.LATEST,
    Several.ANY: Several.LATEST,
    Several.UNION: Several.AGREE,
}


@dataclass(frozen=True, slots=True)
class _Changed:
    """The fact as it becomes, with the operator, the place inside the fact and what became what."""

    operator: str
    path: str
    fact: Fact
    words: str


def fact_mutants(pack: Pack, constants: Constants) -> Iterator[Mutant]:
    """Every mutant of every fact, by fact."""
    asked_absent = _asked_absent(pack)
    for _, fact in sorted(pack.facts.items()):
        for changed in _changed(fact, pack, constants, asked_absent):
            yield Mutant(
                f"fact/{fact.id}/{changed.operator}/{changed.path}",
                changed.operator,
                fact.id,
                fact.place,
                f"fact `{fact.id}`: {changed.words}",
                changed.fact,
            )


def _changed(
    fact: Fact, pack: Pack, constants: Constants, asked_absent: frozenset[str]
) -> Iterator[_Changed]:
    yield from _absence(fact, asked_absent)
    yield from _several(fact)
    yield from _only(fact, pack, constants)
    yield from _prefer(fact, pack, constants)
    if fact.derivation is not None and fact.derivation.kind in {"days-between", "years-between"}:
        start, end = fact.derivation.inputs
        turned = replace(fact, derivation=replace(fact.derivation, inputs=(end, start)))
        words = f"`{fact.derivation.kind}` `{start}`, `{end}` becomes `{end}`, `{start}`"
        yield _Changed("swap-inputs", "derive", turned, words)
    yield from _over_samples(fact, pack, constants)
    if fact.suspect_from is not None:
        words = f"`suspect-from: {show_number(fact.suspect_from)}` is gone"
        yield _Changed("drop-suspect", "suspect-from", replace(fact, suspect_from=None), words)


def _absence(fact: Fact, asked_absent: frozenset[str]) -> Iterator[_Changed]:
    """Every other meaning that the loader would take; `absent: true` cannot be asked of a required fact."""
    for absence in (Absence.REQUIRED, Absence.OPTIONAL):
        is_legal = absence is Absence.OPTIONAL or fact.id not in asked_absent
        if absence is not fact.absence and is_legal:
            words = f"absence `{fact.absence}` becomes `{absence}`"
            changed = replace(fact, absence=absence, assumed_value="")
            yield _Changed("absence", absence.value, changed, words)
    for value in _assumable(fact):
        changed = replace(fact, absence=Absence.ASSUMED, assumed_value=value)
        if fact.absence is not Absence.ASSUMED:
            words = f"absence `{fact.absence}` becomes assumed `{value}`"
            yield _Changed("absence", f"assumed.{value}", changed, words)
        elif value != fact.assumed_value:
            words = f"assumed `{fact.assumed_value}` becomes `{value}`"
            yield _Changed("assumed-value", value, changed, words)


def _assumable(fact: Fact) -> tuple[str, ...]:
    """Values to assume: both of a boolean, the first and the last code."""
    if fact.derivation is not None:
        return ()
    if fact.type is FactType.BOOLEAN:
        return fact.codes
    return tuple(dict.fromkeys((fact.values[0], fact.values[-1]))) if fact.type is FactType.CODE else ()


def _asked_absent(pack: Pack) -> frozenset[str]:
    conditions = [rule.condition for rule in pack.rules.values()]
    for fact in pack.facts.values():
        conditions += sifting(fact)
    return frozenset(fact for condition in conditions for fact in _absent_in(condition))


def _absent_in(condition: Condition) -> Iterator[str]:
    match condition:
        case StatusTest(fact, statuses) if Status.MISSING in statuses:
            yield fact
        case All(parts) | Any(parts):
            for part in parts:
                yield from _absent_in(part)
        case Not(part):
            yield from _absent_in(part)
        case _:
            return


def _over_samples(fact: Fact, pack: Pack, constants: Constants) -> Iterator[_Changed]:
    """What is asked of each sample, of how many of them, and how far apart these lie."""
    derivation = fact.derivation
    if derivation is None or derivation.condition is None:
        return
    for one in changed_conditions(derivation.condition, f"{derivation.kind}.when", pack.facts, constants):
        changed = replace(fact, derivation=replace(derivation, condition=one.condition))
        yield _Changed(one.operator, one.path, changed, one.words)
    for which, last in (("more", derivation.last + 1), ("fewer", derivation.last - 1)):
        if derivation.kind == ALL_OF_LAST and last >= 1:
            other = replace(derivation, last=last, days_apart=derivation.days_apart if last > 1 else 0)
            words = f"`count: {derivation.last}` becomes `count: {last}`"
            yield _Changed("sample-count", which, replace(fact, derivation=other), words)
    for which, days in (("more", derivation.days_apart + 1), ("fewer", derivation.days_apart - 1)):
        if derivation.days_apart:
            words = f"`days-apart: {derivation.days_apart}` becomes `days-apart: {days}`"
            changed = replace(fact, derivation=replace(derivation, days_apart=days))
            yield _Changed("days-apart", which, changed, words)


def _several(fact: Fact) -> Iterator[_Changed]:
    """A fact `of` another takes the samples that count for that one; to it `latest` means nothing more."""
    is_free = fact.derivation is None and (not fact.of or fact.several not in _BY_DATE)
    if is_free:
        other = _OTHER_SEVERAL[fact.several]
        words = f"several `{fact.several}` becomes `{other}`"
        yield _Changed("several", other.value, replace(fact, several=other), words)


_BY_DATE = (Several.LATEST, Several.EARLIEST)


def _only(fact: Fact, pack: Pack, constants: Constants) -> Iterator[_Changed]:
    if fact.only is None:
        return
    words = f"`only: {said(fact.only, pack.facts)}` is gone"
    yield _Changed("drop-only", "only", replace(fact, only=None), words)
    for one in changed_conditions(fact.only, "only", pack.facts, constants):
        yield _Changed(one.operator, one.path, replace(fact, only=one.condition), one.words)


def _prefer(fact: Fact, pack: Pack, constants: Constants) -> Iterator[_Changed]:
    for place, condition in enumerate(fact.prefer):
        before, after, key = fact.prefer[:place], fact.prefer[place + 1 :], f"prefer.{place}"
        words = f"`prefer: {said(condition, pack.facts)}` is gone"
        yield _Changed("drop-prefer", key, replace(fact, prefer=(*before, *after)), words)
        for one in changed_conditions(condition, key, pack.facts, constants):
            changed = replace(fact, prefer=(*before, one.condition, *after))
            yield _Changed(one.operator, one.path, changed, one.words)
