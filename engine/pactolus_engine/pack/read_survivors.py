"""`mutants.yaml`: the mutants of the pack that no case kills, each with the reason why it may live."""

from collections.abc import Iterator

from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import StatedSurvivor
from pactolus_engine.pack.schema import Fields, kind, read_mapping
from pactolus_engine.pack.shapes import SURVIVOR
from pactolus_engine.pack.yaml_source import Node, Sequence

__all__ = ["SURVIVORS", "read_survivors"]

SURVIVORS = "mutants.yaml"
"""The name of the file."""


def read_survivors(node: Node | None, issues: Issues) -> tuple[StatedSurvivor, ...]:
    """Every stated survivor, in the order of the file; `node` is None when the file could not be read.

    Whether there is such a mutant, and whether it survives, only shows when the mutants are run.
    """
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        advice = "write `- mutant: ID` and below it `reason: TEXT`"
        issues.add(node.place, f"expected a list, found {kind(node)}", advice)
        return ()
    return tuple(_survivors(node, issues))


def _survivors(node: Sequence, issues: Issues) -> Iterator[StatedSurvivor]:
    seen: set[str] = set()
    for item in node.items:
        mapping = read_mapping(item, issues)
        if mapping is None:
            continue
        fields = Fields(mapping, SURVIVOR, issues)
        mutant, reason = fields.text("mutant"), fields.text("reason")
        if mutant in seen:
            issues.add(fields.key_place("mutant"), "this mutant is stated twice", "keep one of the reasons")
        seen.add(mutant)
        yield StatedSurvivor(mutant, reason, mapping.place)
