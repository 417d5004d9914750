"""Conditions with one mistake in them: the operators that work anywhere in a condition."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Context, Decimal

from pactolus_engine.mutants.words import said
from pactolus_engine.pack.model import (
    All,
    Any,
    Comparison,
    Condition,
    Fact,
    FactType,
    Membership,
    Not,
    Operator,
    SetEquality,
    Status,
    StatusTest,
)

__all__ = ["ChangedCondition", "Constants", "changed_conditions", "moved"]

Constants = Mapping[str, tuple[Decimal, ...]]
"""Fact → the constants that the pack compares it with, ascending."""

_EXACT = Context(prec=100)
_NEIGHBOUR = {
    Operator.BELOW: Operator.AT_MOST,
    Operator.AT_MOST: Operator.BELOW,
    Operator.AT_LEAST: Operator.ABOVE,
    Operator.ABOVE: Operator.AT_LEAST,
    Operator.EQUALS: Operator.AT_LEAST,
}
_TURNED = {
    Operator.BELOW: Operator.ABOVE,
    Operator.ABOVE: Operator.BELOW,
    Operator.AT_MOST: Operator.AT_LEAST,
    Operator.AT_LEAST: Operator.AT_MOST,
}
_STATUSES = (Status.NOT_FINAL, Status.UNREADABLE, Status.DISAGREEING, Status.UNUSABLE, Status.MISSING)


@dataclass(frozen=True, slots=True)
class ChangedCondition:
    """The whole condition with one mistake. `path`: where, from the root; `words`: what became what."""

    operator: str
    path: str
    condition: Condition
    words: str


@dataclass(frozen=True, slots=True)
class _Site:
    """One node of a condition, and the whole condition with another node in its place."""

    path: str
    node: Condition
    put: Callable[[Condition], Condition]


@dataclass(frozen=True, slots=True)
class _Scope:
    facts: Mapping[str, Fact]
    constants: Constants


_Variants = Iterator[tuple[str, str, Condition]]
"""Operator, which of several, and the node as it becomes."""


def changed_conditions(
    condition: Condition, root: str, facts: Mapping[str, Fact], constants: Constants
) -> Iterator[ChangedCondition]:
    """Every mistake at every node; `root` is the key that the condition stands under (`when`)."""
    scope = _Scope(facts, constants)
    for site in _sites(condition, root, lambda node: node):
        for operator, which, node in _variants(site.node, scope):
            words = f"`{said(site.node, facts)}` becomes `{said(node, facts)}`"
            path = f"{site.path}.{which}" if which else site.path
            yield ChangedCondition(operator, path, site.put(node), words)


def _sites(node: Condition, path: str, put: Callable[[Condition], Condition]) -> Iterator[_Site]:
    yield _Site(path, node, put)
    match node:
        case Not(part):
            yield from _sites(part, f"{path}.not", lambda new: put(Not(new)))
        case All(parts) | Any(parts):
            word = "all" if isinstance(node, All) else "any"
            for place, part in enumerate(parts):
                yield from _sites(part, f"{path}.{word}.{place}", _putting(node, place, put))


def _putting(
    node: All | Any, place: int, put: Callable[[Condition], Condition]
) -> Callable[[Condition], Condition]:
    before, after = node.parts[:place], node.parts[place + 1 :]
    return lambda new: put(replace(node, parts=(*before, new, *after)))


def _variants(node: Condition, scope: _Scope) -> _Variants:
    match node:
        case Not(part):
            yield "un-negate", "", part
            return
        case All(parts) | Any(parts):
            yield from _of_parts(node, parts)
        case Comparison():
            yield from _of_comparison(node, scope)
        case Membership():
            yield from _of_membership(node, scope.facts[node.fact])
        case SetEquality():
            yield from _of_set(node, scope.facts[node.fact])
        case StatusTest():
            yield from _of_status(node)
    yield "negate", "", Not(node)


def _of_parts(node: All | Any, parts: tuple[Condition, ...]) -> _Variants:
    yield "all-any", "", Any(parts) if isinstance(node, All) else All(parts)
    for place in range(len(parts)) if len(parts) > 1 else ():
        rest = parts[:place] + parts[place + 1 :]
        yield "drop-part", str(place), rest[0] if len(rest) == 1 else replace(node, parts=rest)


def _of_comparison(node: Comparison, scope: _Scope) -> _Variants:
    if scope.facts[node.fact].type is not FactType.DATE:
        yield "boundary", "", replace(node, operator=_NEIGHBOUR[node.operator])
    if node.operator in _TURNED:
        yield "turned", "", replace(node, operator=_TURNED[node.operator])
    for operator, constant in moved(node.constant, scope.facts[node.fact], scope.constants):
        yield operator, "", replace(node, constant=constant)


def moved(constant: Decimal, fact: Fact, constants: Constants) -> Iterator[tuple[str, Decimal]]:
    """The constant one unit up and one down, where the fact's domain leaves room.

    A unit is 1 of a whole number, else 1 in the second digit (1e-5 becomes 1.1e-5 or 9e-6). Zero has no
    digits: it moves up to the next constant that the pack compares the fact with.
    """
    if constant or fact.type.is_whole:
        unit = Decimal(1) if fact.type.is_whole else Decimal((0, (1,), constant.adjusted() - 1))
        ends = [("shift-up", _EXACT.add(constant, unit)), ("shift-down", _EXACT.subtract(constant, unit))]
    else:
        ends = [("shift-up", greater) for greater in constants.get(fact.id, ()) if greater > constant][:1]
    for operator, end in ends:
        if (fact.low is None or end >= fact.low) and (fact.high is None or end <= fact.high):
            yield operator, end


def _of_membership(node: Membership, fact: Fact) -> _Variants:
    if len(node.codes) == 1:
        (code,) = node.codes
        following = fact.codes[(fact.codes.index(code) + 1) % len(fact.codes)]
        if following != code:
            yield "replace-code", "", replace(node, codes=frozenset({following}))
    for code in sorted(node.codes) if len(node.codes) > 1 else ():
        yield "drop-code", code, replace(node, codes=node.codes - {code})
    for code in fact.codes:
        if code not in node.codes:
            yield "add-code", code, replace(node, codes=node.codes | {code})


def _of_set(node: SetEquality, fact: Fact) -> _Variants:
    for member in sorted(node.members) if len(node.members) > 1 else ():
        yield "drop-member", member, replace(node, members=node.members - {member})
    for member in [value for value in fact.values if value not in node.members][:1]:
        yield "add-member", member, replace(node, members=node.members | {member})


def _of_status(node: StatusTest) -> _Variants:
    if len(node.statuses) == 1:
        (status,) = node.statuses
        following = _STATUSES[(_STATUSES.index(status) + 1) % len(_STATUSES)]
        yield "replace-status", "", replace(node, statuses=frozenset({following}))
    for status in sorted(node.statuses) if len(node.statuses) > 1 else ():
        yield "drop-status", status.value, replace(node, statuses=node.statuses - {status})
