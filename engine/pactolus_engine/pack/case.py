"""A case of a pack: a story, what is known in it, and what must come out."""

from dataclasses import dataclass
from datetime import datetime

from pactolus_engine.decision import Outcome
from pactolus_engine.facts import FactSet
from pactolus_engine.pack.model import Place

__all__ = ["Case", "Expectation"]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come out. None is "not said": then it is not looked at.

    Of a RETRACT, all but the outcome and `status` (of every CarePlan that ends) speaks of the decision
    that replaces; `replacement` is the outcome of that one.

    `caveats`: option → the rules whose caveats stand beside it. `assumed`: the facts that are assumed.

    Either `outcome` is set, or `refused` holds the place of every violation of an input that must
    be refused whole, sorted. `reasons`: the rules among the reasons of the decision, those that are true
    and those that may yet apply.
    """

    outcome: Outcome | None
    options: tuple[str, ...] | None = None
    fired: tuple[str, ...] = ()
    not_fired: tuple[str, ...] = ()
    missing: tuple[str, ...] | None = None
    conclusions: dict[str, str] | None = None
    off: tuple[str, ...] | None = None
    refused: tuple[str, ...] = ()
    replacement: Outcome | None = None
    status: str | None = None
    reasons: tuple[str, ...] | None = None
    caveats: dict[str, tuple[str, ...]] | None = None
    assumed: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `at` is aware, in UTC. Either `facts` is set, or `resources` names a FHIR file
    beside the case (its whole name in the pack, `cases/….json`). `overlay` names the overlay that
    is in force in the case (`cases/….overlay.yaml`); empty: none. `earlier`: the files that were
    evaluated before it about the same patient, in their order, at `earlier_at`."""

    name: str
    at: datetime
    facts: FactSet | None
    resources: str
    expect: Expectation
    place: Place
    overlay: str = ""
    earlier: tuple[str, ...] = ()
    earlier_at: datetime | None = None
