"""Ids that a reader takes for each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject
from pactolus_engine.pack.model import Effect, Place

__all__ = ["are_confusable", "confusable_ids"]

_SHORT = 5
"""Shorter words are mostly abbreviations of the field (`ngs` and `ngf`), which are what they are."""


@dataclass(frozen=True, slots=True, order=True)
class _Named:
    id: str
    kind: str
    place: Place


def confusable_ids(subject: Subject) -> Iterator[Remark]:
    """Ids of one kind, or of kinds that stand in one condition, that differ by a letter or a plural."""
    for group in _groups(subject):
        for one, other in _pairs(sorted(group)):
            if one.id == other.id:
                message = f"{other.kind} `{other.id}` has the id of a {one.kind}"
            else:
                message = f"{other.kind} `{other.id}` is easily taken for {one.kind} `{one.id}`"
            yield Remark(other.kind, other.id, other.place, message, "rename one of the two", (one.id,))


def _groups(subject: Subject) -> Iterator[list[_Named]]:
    """Things that a reader meets in the same spot."""
    whole, pack = subject.whole, subject.pack
    rules = subject.rules.values()
    facts = [_Named(fact.id, "fact", fact.place) for fact in pack.facts.values()]
    numbers = [_Named(one.id, "parameter", one.place) for one in pack.parameters.values()]
    defined = [
        _Named(rule.target, "definition", rule.place) for rule in rules if rule.effect is Effect.DEFINE
    ]
    yield [*facts, *numbers, *defined]
    yield [_Named(rule.id, "rule", rule.place) for rule in rules]
    yield [_Named(one.id, "option", one.place) for one in pack.options.values()]
    yield [_Named(name, "code-set", whole.place_in("codes.yaml", name)) for name in pack.code_sets]
    yield [_Named(name, "evidence", whole.place_in("evidence.yaml", name)) for name in pack.evidence]


def _pairs(named: list[_Named]) -> list[tuple[_Named, _Named]]:
    """The pairs that are confusable, in order; only ids with a trace in common are compared at all."""
    alike: dict[str, list[_Named]] = {}
    for one in named:
        for trace in _traces(one.id):
            alike.setdefault(trace, []).append(one)
    near = {pair for group in alike.values() for pair in combinations(group, 2)}
    return sorted(pair for pair in near if are_confusable(pair[0].id, pair[1].id))


def _traces(name: str) -> set[str]:
    """What the id leaves behind without its hyphens, without any one letter, without the end of a plural: two
    ids that are confusable share one."""
    shortened = {name[:place] + name[place + 1 :] for place in range(len(name))}
    plurals = {"-".join(word.removesuffix("es") for word in name.split("-"))}
    return {name, f"/{name.replace('-', '')}", *shortened, *plurals}


def are_confusable(one: str, other: str) -> bool:
    """Equal, equal but for the hyphens, or different in one word by one letter or by its plural."""
    if abs(len(one) - len(other)) > 2:
        return False
    if one.replace("-", "") == other.replace("-", ""):
        return True
    words, others = one.split("-"), other.split("-")
    if len(words) != len(others):
        return False
    differing = [pair for pair in zip(words, others, strict=True) if pair[0] != pair[1]]
    return len(differing) == 1 and _are_near(*differing[0])


def _are_near(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if longer in {f"{shorter}s", f"{shorter}es"} and len(shorter) > 2:
        return True
    if len(shorter) < _SHORT or not (one + other).isalpha():
        return False
    return _is_one_edit(shorter, longer)


def _is_one_edit(shorter: str, longer: str) -> bool:
    """One letter more, another letter, or two neighbours exchanged."""
    start = next(
        (i for i, pair in enumerate(zip(shorter, longer, strict=False)) if pair[0] != pair[1]), len(shorter)
    )
    rest, other = shorter[start:], longer[start:]
    if len(rest) < len(other):
        return rest == other[1:]
    return rest[1:] == other[1:] or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
