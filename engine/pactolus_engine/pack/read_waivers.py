"""`waivers.yaml`: findings that stay, each addressed to one check and one thing, with a reason."""

from collections.abc import Mapping as NameMap

from pactolus_engine.pack.grammar import CHECK, matches
from pactolus_engine.pack.issues import Issues, nearest, quoted
from pactolus_engine.pack.schema import Fields, kind, read_id, read_mapping
from pactolus_engine.pack.shapes import WAIVER
from pactolus_engine.pack.waiver import WAIVABLE, Waiver
from pactolus_engine.pack.yaml_source import Node, Sequence

__all__ = ["read_waivers"]


def read_waivers(
    node: Node | None, names: NameMap[str, frozenset[str]], issues: Issues
) -> tuple[Waiver, ...]:
    """Every waiver, in the order of the file.

    `names`: kind → the ids that there are; a kind that is not in it could not be read, and takes any id.
    """
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        issues.add(node.place, f"expected a list of waivers, found {kind(node)}")
        return ()
    found: dict[tuple[str, str, str], Waiver] = {}
    for item in node.items:
        waiver = _waiver(item, names, issues)
        if waiver is None:
            continue
        key = waiver.check, waiver.kind, waiver.id
        if key in found:
            issues.add(
                item.place, "the same waiver is given twice", f"delete it or line {found[key].place.line}"
            )
        found.setdefault(key, waiver)
    return tuple(found.values())


def _waiver(node: Node, names: NameMap[str, frozenset[str]], issues: Issues) -> Waiver | None:
    mapping = read_mapping(node, issues)
    if mapping is None:
        return None
    fields = Fields(mapping, WAIVER, issues)
    check, reason = fields.text("check"), fields.text("reason")
    place = fields.optional("check")
    if check and place and not matches(CHECK, check):
        issues.add(place.place, "not the code of a check", "as `C101`; `pactolus rules check` prints it")
    addressed = [word for word in WAIVABLE if fields.has(word)]
    if len(addressed) != 1:
        advice = f"one of {', '.join(f'`{word}`' for word in WAIVABLE)}"
        issues.add(mapping.place, f"a waiver is for one thing, this one names {len(addressed)}", advice)
        return None
    target = mapping.entries[addressed[0]].value
    name = read_id(target, issues)
    if name is None:
        return None
    known = names.get(addressed[0])
    if known is not None and name not in known:
        issues.add(
            target.place,
            f"undefined {addressed[0].replace('-', ' ')} {quoted(name)}",
            nearest(name, known, issues),
        )
    return Waiver(check, addressed[0], name, reason, mapping.place)
