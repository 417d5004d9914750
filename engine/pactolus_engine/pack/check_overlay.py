"""Whether a code that a site adds keeps one meaning: within one fact, a code that means two things means
neither."""

from collections.abc import Iterator
from collections.abc import Mapping as NameMap

from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import CodeSet, Fact
from pactolus_engine.pack.read_overlay import AddedCode

__all__ = ["check_meanings"]


def check_meanings(
    added: tuple[AddedCode, ...],
    facts: NameMap[str, Fact],
    code_sets: NameMap[str, CodeSet],
    issues: Issues,
) -> None:
    """Notes each added code that stands in two code sets which one fact tells apart.

    `code_sets`: those of the pack, the added codes included.
    """
    if not added:
        return
    codings = {name: {(one.system, one.code) for one in held.codings} for name, held in code_sets.items()}
    apart = _told_apart(facts, code_sets)
    for code in added:
        key = code.coding.system, code.coding.code
        for other, fact in sorted(apart.get(code.code_set, {}).items()):
            if key in codings.get(other, ()):
                message = f"the code would mean two things of `{fact}`: it is in `{other}` too"
                issues.add(code.place, message)


def _told_apart(facts: NameMap[str, Fact], code_sets: NameMap[str, CodeSet]) -> dict[str, dict[str, str]]:
    """Code set → each code set that must share no code with it → a fact that tells the two apart."""
    apart: dict[str, dict[str, str]] = {}
    for fact, names in _groups(facts, code_sets):
        for name in names:
            for other in names - {name}:
                apart.setdefault(name, {}).setdefault(other, fact)
    return apart


def _groups(
    facts: NameMap[str, Fact], code_sets: NameMap[str, CodeSet]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Code sets that mean different things: the values of a fact, the components of one resource, and
    codes of the resource that imply different things."""
    components: dict[str, set[str]] = {}
    for name in sorted(facts):
        fact = facts[name]
        if fact.binding is None:
            continue
        yield name, frozenset(fact.binding.values.values())
        components.setdefault(fact.of or name, set()).update(fact.binding.components.values())
        for one in fact.binding.codes:
            for other in fact.binding.codes:
                if _implied(one, code_sets) != _implied(other, code_sets):
                    yield name, frozenset({one, other})
    for head, names in sorted(components.items()):
        yield head, frozenset(names)


def _implied(name: str, code_sets: NameMap[str, CodeSet]) -> dict[str, str]:
    return code_sets[name].implies if name in code_sets else {}
