"""What a verification of the log finds: the places that are wrong, the lowest first, never more than some."""

from dataclasses import dataclass
from typing import Final

__all__ = ["MOST_FINDINGS", "Finding", "Findings", "Verification"]

MOST_FINDINGS: Final = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `index`: the first record that it concerns."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification came to.

    `findings`: at most `MOST_FINDINGS`, the lowest index first. `records`: how many were looked at. `erased`,
    `pruned`: payloads that are gone by the word of a record of the log; their proofs stand. `key_lost`: records
    that cannot be read because their key-encryption key was lost, as ranges. `checkpoint`: the note of the largest
    checkpoint that the records agree with (empty: none), over the first `signed` records; those after it are not
    yet signed. `payloads`: whether the payloads were opened too.
    """

    findings: tuple[Finding, ...]
    records: int
    erased: int
    pruned: int
    key_lost: tuple[range, ...]
    checkpoint: bytes
    signed: int
    payloads: bool

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def records_lost(self) -> int:
        """How many records cannot be read because of a lost key."""
        return sum(map(len, self.key_lost))


class Findings:
    """Collects findings and keeps the lowest."""

    def __init__(self) -> None:
        self._found: list[Finding] = []
        self._bad_leaves: list[int] = []

    def add(self, index: int, text: str) -> None:
        """One more."""
        self._found.append(Finding(index, text))
        if len(self._found) > 2 * MOST_FINDINGS:
            self._found = list(self.lowest())

    def any_in(self, first: int, end: int) -> bool:
        """Whether something was found from `first` to before `end`."""
        return any(first <= one.index < end for one in self._found)

    def note_bad_leaf(self, index: int) -> None:
        """The leaf of that record is not the one in the tree, so that what is above it cannot agree."""
        self._bad_leaves.append(index)
        if len(self._bad_leaves) > 2 * MOST_FINDINGS:
            self._bad_leaves = sorted(self._bad_leaves)[:MOST_FINDINGS]

    def any_bad_leaf_in(self, first: int, end: int) -> bool:
        """Whether a leaf from `first` to before `end` is bad, which explains what is above it."""
        return any(first <= index < end for index in self._bad_leaves)

    def lowest(self) -> tuple[Finding, ...]:
        """The findings with the lowest indexes; at one index in the order in which they were found."""
        return tuple(sorted(self._found, key=lambda one: one.index)[:MOST_FINDINGS])
