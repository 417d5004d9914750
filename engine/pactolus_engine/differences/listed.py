"""What two versions say differently beside their rules' conditions: facts, codes, parameters, options, texts.

These are compared word by word, not by what they do: a fact that is read otherwise, or a code more, moves
answers in a way that depends on what is sent.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.pack.claims import Claims
from pactolus_engine.pack.model import Pack, Several, Status, StatusTest

__all__ = ["Change", "Listed", "listed_changes"]


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One thing that differs. `what`: its kind and id, as `fact mrd`. `how`: what differs of it, in words."""

    what: str
    how: str


@dataclass(frozen=True, slots=True)
class Listed:
    """The differences that are no region.

    `facts`: how facts are read and what their absence means. `acting`: codes, parameters, rules that are off,
    options, the review date: they act, and no condition shows it. `texts`: what only a reader sees.
    """

    facts: tuple[Change, ...]
    acting: tuple[Change, ...]
    texts: tuple[Change, ...]


_FACT = ("type", "unit", "low", "high", "suspect_from", "values", "absence", "assumed_value", "several", "of")
_FACT_READ = ("binding", "derivation", "only", "prefer")
_WORDS = {
    "low": "at-least",
    "high": "at-most",
    "suspect_from": "suspect-from",
    "assumed_value": "assume",
    "binding": "read",
    "derivation": "derive",
    "evidence_as_of": "evidence-as-of",
    "review_by": "review-by",
    "set_by": "set-by",
    "needs_sign_off": "sign-off",
}


def listed_changes(old: CompiledPack, new: CompiledPack) -> Listed:
    """Every such difference, sorted."""
    before, after = old.pack, new.pack
    facts = {*_entries("fact", before.facts, after.facts, (*_FACT, *_FACT_READ)), *_disagreeing(old, new)}
    return Listed(
        tuple(sorted(facts)), tuple(sorted(_acting(before, after))), tuple(sorted(_texts(before, after)))
    )


def _disagreeing(old: CompiledPack, new: CompiledPack) -> Iterator[Change]:
    """Samples disagree when they lie in different cells: a moved limit moves that too, for the rules that ask."""
    for name in sorted(old.partitions.keys() & new.partitions.keys()):
        is_asked = any(_asks_disagreement(pack, name) for pack in (old, new))
        agrees = old.partitions[name].fact.several is Several.AGREE
        if is_asked and agrees and old.partitions[name].cells != new.partitions[name].cells:
            yield Change(f"fact {name}", "which samples of it disagree, for its limits moved")


def _asks_disagreement(compiled: CompiledPack, fact: str) -> bool:
    return any(
        isinstance(atom, StatusTest) and atom.fact == fact and Status.DISAGREEING in atom.statuses
        for atom in compiled.atoms
    )


def _acting(old: Pack, new: Pack) -> Iterator[Change]:
    yield from _codes(old, new)
    yield from _entries(
        "parameter", old.parameters, new.parameters, ("unit", "default", "low", "high", "set_by")
    )
    yield from _entries("rule off", old.rules_off, new.rules_off, ("parameters",))
    yield from _entries("option", old.options, new.options, ("requests",))
    yield from _entries("pack", {"": old}, {"": new}, ("review_by", "approvals"))
    for name in sorted(old.parameter_values.keys() & new.parameter_values.keys()):
        if old.parameter_values[name] != new.parameter_values[name]:
            yield Change(f"parameter {name}", "its value in force")


def _codes(old: Pack, new: Pack) -> Iterator[Change]:
    for name in sorted({*old.code_sets, *new.code_sets}):
        before, after = old.code_sets.get(name), new.code_sets.get(name)
        if before is None or after is None:
            yield Change(f"code set {name}", _ONLY_NEW if before is None else _ONLY_OLD)
            continue
        was, will = ({(one.system, one.code) for one in each.codings} for each in (before, after))
        for system, code in sorted(was ^ will):
            yield Change(
                f"code set {name}", f"{'without' if (system, code) in was else 'with'} {system} {code} now"
            )
        if before.implies != after.implies:
            yield Change(f"code set {name}", "implies")


def _texts(old: Pack, new: Pack) -> Iterator[Change]:
    both = {name: rule for name, rule in old.rules.items() if name in new.rules}
    others = {name: new.rules[name] for name in both}
    yield from _entries("rule", both, others, ("title", "text", "evidence", "rationale"))
    yield from _entries("evidence", old.evidence, new.evidence, ("citation", "statement", "doi", "url"))
    shared = old.facts.keys() & new.facts.keys()
    yield from _entries(
        "fact", _kept(old.facts, shared), _kept(new.facts, shared), ("title", "note", "supply", "changes")
    )
    options = old.options.keys() & new.options.keys()
    told = ("title", "description", "evidence")
    yield from _entries("option", _kept(old.options, options), _kept(new.options, options), told)
    named = old.parameters.keys() & new.parameters.keys()
    yield from _entries(
        "parameter",
        _kept(old.parameters, named),
        _kept(new.parameters, named),
        ("title", "rationale", "needs_sign_off"),
    )
    yield from _claims(old.claims, new.claims)
    yield from _entries("pack", {"": old}, {"": new}, ("version", "title", "description", "evidence_as_of"))


def _claims(old: Claims, new: Claims) -> Iterator[Change]:
    """What is to be proved: it decides nothing."""
    told = ("title", "when", "is_always", "result", "unknown")
    yield from _entries("property", old.properties, new.properties, told)
    yield from _entries("monotone", old.monotone, new.monotone, ("title", "fact", "rises", "result"))
    yield from _entries("gap", old.gaps, new.gaps, ("reason", "when"))


def _kept(entries: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: entries[name] for name in names}


_ONLY_OLD, _ONLY_NEW = "only in the old version", "only in the new version"


def _entries(
    kind: str, old: Mapping[str, Any], new: Mapping[str, Any], parts: Iterable[str]
) -> Iterator[Change]:
    for name in sorted({*old, *new}):
        what = f"{kind} {name}".rstrip()
        if name not in old or name not in new:
            yield Change(what, _ONLY_NEW if name not in old else _ONLY_OLD)
            continue
        differing = [
            _WORDS.get(part, part) for part in parts if getattr(old[name], part) != getattr(new[name], part)
        ]
        if differing:
            yield Change(what, ", ".join(differing))
