"""The result of evaluating one record again: its class, what was said then and now, and what moved.

A result holds no patient data: the place of the record, ids of rules, facts and options, and outcomes, which is
what the erasable index of the log holds too. The bytes of a result depend on nothing but the record, the pack and
the software, so that a Merkle root over all of them is one for every way in which a replay may run.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

__all__ = ["DIFFERENCES", "Moved", "ReplayClass", "ReplayResult", "Said", "result_hash"]

_FORM: Final = b"pactolus replay result 1\n"


class ReplayClass(StrEnum):
    """What became of a record; each ends in exactly one of these."""

    IDENTICAL = "identical"
    """Byte for byte under the recorded pack; the same answer under another one."""
    CHANGED_OUTCOME = "changed-outcome"
    CHANGED_OPTIONS = "changed-options"
    """The outcome is the same; options, findings, blocked options or what is missing are not."""
    CHANGED_TEXT = "changed-text"
    """The same answer in other words."""
    ENGINE_CHANGED = "engine-changed"
    """Under the recorded pack another version of the software says something else: `fields` tells what."""
    INPUT_MISSING = "input-missing"
    """What it was decided from or by is not there: no payload in an export, a pack that is not on the shelf."""
    ERASED = "erased"
    TAMPERED = "tampered"
    ERROR = "error"
    """It could not be evaluated: no answer from the rule engine, a form that this version cannot read."""
    NEW = "new"
    """It was never evaluated before, so there is nothing to compare with."""


DIFFERENCES: Final = (
    ReplayClass.CHANGED_OUTCOME,
    ReplayClass.CHANGED_OPTIONS,
    ReplayClass.CHANGED_TEXT,
    ReplayClass.ENGINE_CHANGED,
)
"""The classes of records whose answer is another one than was recorded."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer in short. `outcome`: of the decision, or `refused` or `failed`. `options`: ids offered.

    `conclusions`: as `id=value`. `rules`: those that bear on the outcome and are true.
    """

    outcome: str
    options: tuple[str, ...] = ()
    conclusions: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """A rule that came out otherwise. `before`, `after`: `true`, `false`, `unknown`, `off` or `absent`; they are
    equal where the rule is told otherwise, does something else, or is open for another reason.

    `because`: each a kind and a name: `rule:ID` (its text in the pack, or that of a definition), `parameter:NAME`,
    `code-set:NAME`, `fact:ID` (it was read, weighed or told otherwise), `option:ID`, `evidence:ID` (its words),
    `software:VERSION`; `pack:VERSION` where nothing finer is known of another pack, and `unexplained` where
    neither pack nor software is another one. `rule` is empty, as are `before` and `after`, for what no rule tells.
    """

    rule: str
    before: str
    after: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What became of one record. `index`: its place in the log or in what was read, from 0.

    `recorded_at`: RFC 3339, empty for what was never recorded. `leaf_hash`: RFC 6962 leaf hash of the record, in hex.
    `pack`: the recorded pack, `ID@VERSION`. `recorded` and `replayed` are None where there is no answer.
    `fields`: parts of the answer that differ. `causes`: what all of `moved` comes from. `detail`: why there
    is no comparison, without patient data.
    """

    index: int
    result_class: ReplayClass
    recorded_at: str = ""
    leaf_hash: str = ""
    pack: str = ""
    recorded: Said | None = None
    replayed: Said | None = None
    fields: tuple[str, ...] = ()
    moved: tuple[Moved, ...] = ()
    causes: tuple[str, ...] = ()
    detail: str = ""

    @property
    def is_difference(self) -> bool:
        """Whether the answer is another one than was recorded."""
        return self.result_class in DIFFERENCES


def result_hash(result: ReplayResult) -> bytes:
    """The leaf hash of a result in the report's tree (RFC 6962 section 2.1), 32 bytes.

    The leaf is the line of the form and the canonical JSON of the result: keys sorted, ASCII, the index as text.
    """
    document = {**_members(result), "index": str(result.index)}
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), default=_members)
    return sha256(b"\x00" + _FORM + text.encode("ascii")).digest()


def _members(part: ReplayResult | Said | Moved) -> dict[str, object]:
    """As `asdict`, which copies every tuple and text anew and would take most of a report's time."""
    return {name: getattr(part, name) for name in part.__slots__}
