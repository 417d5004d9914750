"""What a replay came to, in counts. No patient data: ids of rules, options and outcomes, and places of records.

Everything but `ran` follows from the results that the root covers.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from pactolus_adapters.instants import written
from pactolus_adapters.replay.spec import ReplaySpec
from pactolus_engine.replay.result import ReplayClass

__all__ = [
    "NOT_COMPARED",
    "SCHEMA",
    "Flow",
    "HowItRan",
    "NotCompared",
    "OptionOffered",
    "Period",
    "RuleMoved",
    "Summary",
    "written_summary",
]

SCHEMA: Final = "pactolus replay summary 1"
"""What `summary.json` says that it is; another number when a name or its meaning changes."""

NOT_COMPARED: Final = (
    ReplayClass.INPUT_MISSING,
    ReplayClass.ERASED,
    ReplayClass.TAMPERED,
    ReplayClass.ERROR,
)
"""Classes of records that were to be compared and could not be."""


@dataclass(frozen=True, slots=True)
class HowItRan:
    """How a replay was run: what is not under the root. `records`: read in this run, without the parts that an
    earlier one had done. `runner`: by its name."""

    runner: str
    started: datetime
    ended: datetime
    records: int

    @property
    def records_per_second(self) -> int:
        """Rounded down; 0 when no time has passed that could be measured."""
        took = (self.ended - self.started).total_seconds()
        return int(self.records // took) if took > 0 else 0


@dataclass(frozen=True, slots=True)
class Flow:
    """Records with one outcome before and one after; empty where there is no answer. `differences`: those among
    them with another answer, which may have the same outcome."""

    before: str
    after: str
    records: int
    differences: int


@dataclass(frozen=True, slots=True)
class OptionOffered:
    """Records that were offered an option `before` and are `after`; `gained` and `lost`: one and not the other.

    Counted are records that have an answer before and after; those never evaluated count in `after` alone.
    """

    option: str
    before: int
    after: int
    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class RuleMoved:
    """Records in which a rule came out otherwise. `differences`: those among them with another answer; `because`:
    how often for which cause; `examples`: the first records with another answer, by index."""

    rule: str
    before: str
    after: str
    records: int
    differences: int
    because: Mapping[str, int]
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """Records of a day, month or year in UTC: `2026`, `2026-07` or `2026-07-31`; empty without a date."""

    since: str
    classes: Mapping[str, int]
    records: int
    differences: int


@dataclass(frozen=True, slots=True)
class NotCompared:
    """Records that could not be compared, for one reason; an empty `detail` is whatever else there was."""

    result_class: str
    detail: str
    records: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a replay came to.

    `root`: over all results, in hex. `records`: read, which are `results` and `passed_over` (how many of which event,
    or `other-pack`). `classes`: results by class, all classes. `packs`: results by recorded pack. `fields`, `causes`:
    differences by part of the answer and by cause; one difference may have several. `ran`: not under the root.
    """

    spec: ReplaySpec
    root: str
    records: int
    results: int
    differences: int
    passed_over: Mapping[str, int]
    classes: Mapping[str, int]
    packs: Mapping[str, int]
    fields: Mapping[str, int]
    causes: Mapping[str, int]
    flows: tuple[Flow, ...]
    options: tuple[OptionOffered, ...]
    rules: tuple[RuleMoved, ...]
    over_time: tuple[Period, ...]
    not_compared: tuple[NotCompared, ...]
    ran: HowItRan

    @property
    def compared(self) -> int:
        """Results that have an answer before and after."""
        return self.results - self.could_not_be_compared - self.classes[ReplayClass.NEW]

    @property
    def could_not_be_compared(self) -> int:
        """Results of the classes in `NOT_COMPARED`."""
        return sum(self.classes[one] for one in NOT_COMPARED)

    @property
    def is_all_identical(self) -> bool:
        """Whether every result is `identical`; there may be none."""
        return self.classes[ReplayClass.IDENTICAL] == self.results


def written_summary(summary: Summary) -> str:
    """The summary as JSON for a file: sorted keys, its schema named, how it ran in a part of its own."""
    document = asdict(summary)
    ran = summary.ran
    del document["ran"]
    document["schema"] = SCHEMA
    document["not_under_the_root"] = {
        "runner": ran.runner,
        "started": written(ran.started),
        "ended": written(ran.ended),
        "records": ran.records,
        "records_per_second": ran.records_per_second,
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"
