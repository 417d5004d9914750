"""The report root: a Merkle tree hash (RFC 6962 section 2.1) over the results of a replay in the order of their index.

It is computed from the files of results alone, in flat memory, and does not depend on how many there are.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pactolus_adapters.replay.parts import Part, PartUnreadable, parts, read_results
from pactolus_adapters.replay.spec import ReplaySpec
from pactolus_adapters.trail.recompute import RecomputedTree
from pactolus_engine.replay.result import ReplayResult, result_hash

__all__ = ["hashed_into", "ordered_results", "report_root", "whole_parts"]


def report_root(spec: ReplaySpec, folder: Path) -> bytes:
    """The root over all results of a finished replay, 32 bytes. Raises `PartUnreadable` as the other functions here."""
    tree = RecomputedTree()
    for _ in hashed_into(tree, ordered_results(whole_parts(spec, folder))):
        pass
    return tree.root()


def whole_parts(spec: ReplaySpec, folder: Path) -> list[Part]:
    """The parts of a finished replay, in order. Each record of the spec is in exactly one of them: what was read is
    what became results or was passed over. Raises `PartUnreadable` where a part is missing or does not follow."""
    found = parts(folder)
    expected = spec.first
    for part in found:
        if part.partition.first != expected:
            raise PartUnreadable(
                f"`{part.path.name}` begins at record {part.partition.first}, expected was record {expected}: a part "
                "before it is missing or from another replay; start the replay again in a folder of its own, or "
                "remove that part and continue"
            )
        expected = part.partition.end
    if expected != spec.end:
        last = f"`{found[-1].path.name}` ends" if found else "there is no part of the results, which end"
        raise PartUnreadable(
            f"{last} before record {expected}, expected was record {spec.end}: continue the replay, which does the "
            "parts that are not there"
        )
    return found


def ordered_results(found: Iterable[Part]) -> Iterator[ReplayResult]:
    """The results of all parts, one after the other. Raises `PartUnreadable` when an index is out of its place."""
    for part in found:
        least = part.partition.first
        for result in read_results(part):
            if not least <= result.index < part.partition.end:
                raise PartUnreadable(
                    f"`{part.path.name}` has a result for record {result.index} out of its place: remove it and "
                    "continue the replay, which does this part anew"
                )
            least = result.index + 1
            yield result


def hashed_into(tree: RecomputedTree, results: Iterable[ReplayResult]) -> Iterator[ReplayResult]:
    """The same results, each a leaf of the tree by the time it is given on."""
    for result in results:
        tree.grow((result_hash(result),))
        yield result
