"""Small packs and patients, written by hand in a line or two, and the way to a decision about them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.decision import Decision
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import FactSet, PatientIdentity, Reading, Source, Standing
from pactolus_engine.match.durable import DurableMatcher, shards_of
from pactolus_engine.pack.approval import Approval, Approved
from pactolus_engine.pack.model import (
    Absence,
    Comparison,
    Condition,
    Derivation,
    Effect,
    Fact,
    FactType,
    Membership,
    Operator,
    Option,
    Pack,
    Place,
    Rule,
    SetEquality,
    Several,
    Status,
    StatusTest,
)
from pactolus_engine.states import States
from pactolus_engine.values import Codes, Interval, Members, Value, exactly
from pactolus_engine.weigh import weigh

__all__ = [
    "INSTANT",
    "InProcess",
    "a_code",
    "a_date",
    "a_flag",
    "a_fraction",
    "a_set",
    "a_whole",
    "approved",
    "codes",
    "days",
    "decided",
    "derived",
    "is_one_of",
    "is_set",
    "members",
    "pack_of",
    "patient",
    "point",
    "range_of",
    "reading",
    "rule",
    "stands",
    "compared",
    "weighed",
]

INSTANT = datetime(2026, 3, 1, 9, tzinfo=UTC)
_SIGNED_ON = date(2026, 2, 1)
_HERE = Place("by-hand.yaml", 1, 1)


# --- facts ----------------------------------------------------------------------------------------


def _fact(name: str, kind: FactType, absence: str, **more: Any) -> Fact:
    several = Several(more.pop("several", "latest"))
    supply = f"send {name}"
    return Fact(name, f"the {name}", kind, Absence(absence), _HERE, several=several, supply=supply, **more)


def a_fraction(name: str = "mrd", absence: str = "required", **more: Any) -> Fact:
    """A fraction between 0 and 1."""
    ends = {"low": Decimal(0), "high": Decimal(1)} | more
    return _fact(name, FactType.FRACTION, absence, unit="1", **ends)


def a_whole(name: str = "cycles", absence: str = "required", **more: Any) -> Fact:
    """A whole number between 0 and 24."""
    ends = {"low": Decimal(0), "high": Decimal(24)} | more
    return _fact(name, FactType.INTEGER, absence, unit="{cycles}", **ends)


def a_flag(name: str = "flag", absence: str = "required", **more: Any) -> Fact:
    """A boolean."""
    return _fact(name, FactType.BOOLEAN, absence, **more)


def a_code(name: str = "code", absence: str = "required", **more: Any) -> Fact:
    """A code: `a`, `b` or `c`."""
    return _fact(name, FactType.CODE, absence, **({"values": ("a", "b", "c")} | more))


def a_set(name: str = "drugs", **more: Any) -> Fact:
    """A set of drugs: `i`, `k`, `r`, `d`, `x`."""
    return _fact(name, FactType.SET, "required", values=("i", "k", "r", "d", "x"), several="union", **more)


def a_date(name: str = "day", absence: str = "required", **more: Any) -> Fact:
    """A date without a domain."""
    return _fact(name, FactType.DATE, absence, **more)


def derived(name: str, kind: str, start: str, end: str, absence: str = "required", **more: Any) -> Fact:
    """A whole number that follows from two dates; its domain is 0 to 130 unless said otherwise."""
    ends = {"low": Decimal(0), "high": Decimal(130)} | more
    return _fact(name, FactType.INTEGER, absence, unit="a", derivation=Derivation(kind, (start, end)), **ends)


# --- conditions and rules -----------------------------------------------------------------------------


def compared(fact: str, operator: str, constant: str) -> Comparison:
    """An ordered fact against a constant: `compared("mrd", "below", "1e-5")`."""
    return Comparison(fact, Operator(operator), Decimal(constant))


def is_one_of(fact: str, *values: str) -> Membership:
    """A code or boolean is one of these."""
    return Membership(fact, frozenset(values))


def is_set(fact: str, wanted: str) -> SetEquality:
    """A set holds exactly these one-letter members."""
    return SetEquality(fact, frozenset(wanted))


def stands(fact: str, *statuses: str) -> StatusTest:
    """How a fact stands."""
    return StatusTest(fact, frozenset(map(Status, statuses)))


def rule(name: str, effect: str, condition: Condition, target: str = "", **more: Any) -> Rule:
    """A rule of one effect."""
    text = f"the text of {name}"
    return Rule(
        name, f"title of {name}", text, condition, Effect(effect), _HERE, target, rationale="made", **more
    )


def pack_of(
    facts: Iterable[Fact], rules: Iterable[Rule], options: Iterable[str] = ("one", "two"), **more: Any
) -> Pack:
    """A pack that nobody has approved, to be reviewed by the end of 2027."""
    parts: dict[str, Any] = {
        "id": "by-hand",
        "version": "1.0.0",
        "language": "1",
        "title": "By hand",
        "description": "",
        "evidence_as_of": date(2026, 1, 1),
        "review_by": date(2027, 12, 31),
        "code_sets": {},
        "parameters": {},
        "parameter_values": {},
        "evidence": {},
        "digest": "0" * 64,
        "content_digest": "c" * 64,
    }
    return Pack(
        facts={fact.id: fact for fact in facts},
        rules={one.id: one for one in rules},
        options={name: Option(name, f"option {name}", "", (), (), _HERE) for name in options},
        **(parts | more),
    )


def approved(pack: Pack) -> Pack:
    """The pack with the approval of a synthetic clinician, as it is, and of the overlay where there is one."""
    pairs = [(Approved.PACK, pack.content_digest)]
    if pack.overlay is not None:
        pairs.append((Approved.OVERLAY, pack.overlay.digest))
    signed = (Approval(of, digest, "Dr. Synthetic", "haematologist", _SIGNED_ON) for of, digest in pairs)
    return replace(pack, approvals=tuple(signed))


# --- values and readings -------------------------------------------------------------------------------


def point(number: str | int) -> Interval:
    """One number."""
    return exactly(Decimal(number))


def range_of(text: str) -> Interval:
    """An interval as mathematicians write it: `[0, 1e-5)`; an end left empty is no limit."""
    low, high = (end.strip() for end in text[1:-1].split(","))
    return Interval(
        Decimal(low) if low else None, text[0] == "[", Decimal(high) if high else None, text[-1] == "]"
    )


def days(first: str, last: str = "") -> Interval:
    """The days from the first to the last, both included."""
    low, high = (date.fromisoformat(day).toordinal() for day in (first, last or first))
    return Interval(Decimal(low), True, Decimal(high), True)


def codes(*possible: str) -> Codes:
    """The codes that a value may be."""
    return Codes(frozenset(possible))


def members(surely: str, possibly: str = "") -> Members:
    """A set of one-letter members."""
    return Members(frozenset(surely), frozenset(possibly))


def reading(
    fact: str,
    value: Value | None,
    origin: str = "",
    standing: str = "final",
    dated: str = "",
    note: str = "",
) -> Reading:
    """One resource's word; readings of one origin come from one resource."""
    origin = origin or f"Observation/{fact}"
    day = days(dated) if dated else None
    return Reading(
        fact, Source(origin, "Observation.value"), origin, value, Standing(standing), dated=day, note=note
    )


def patient(*readings: Reading) -> FactSet:
    """What is known of one patient."""
    return FactSet(PatientIdentity("p", "Patient/p"), readings)


# --- deciding -----------------------------------------------------------------------------------------------


class InProcess:
    """durable-rules in this very process, as the port `Matcher`; each pack is loaded once."""

    def __init__(self) -> None:
        self._loaded: dict[int, tuple[CompiledPack, DurableMatcher]] = {}

    def fired(self, pack: CompiledPack, atoms: Mapping[str, str]) -> frozenset[str]:
        """The engine rules whose letters match."""
        if id(pack) not in self._loaded:
            self._loaded[id(pack)] = (pack, DurableMatcher("in-process", shards_of(pack)))
        return self._loaded[id(pack)][1].fired(atoms)

    def close(self) -> None:
        """Nothing to end."""


def decided(pack: Pack, *readings: Reading, at: datetime = INSTANT) -> Decision:
    """The decision of the whole core, both engines included."""
    return evaluate(patient(*readings), compile_pack(pack), at, InProcess())


def weighed(pack: Pack, *readings: Reading, at: datetime = INSTANT) -> States:
    """The states of the pack's facts."""
    compiled = compile_pack(pack)
    return weigh(pack, compiled.definitions, compiled.partitions, patient(*readings), at)
