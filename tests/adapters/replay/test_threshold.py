"""The threshold moved from 1e-5 to 1e-4: the differences are the records in [1e-5, 1e-4), each because of that rule."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from pactolus_adapters.fhir.exact_json import encode
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.packs.folder import FolderShelf
from pactolus_adapters.replay.batches import record_rows
from pactolus_adapters.replay.packs import PacksByDigest
from pactolus_adapters.replay.replayer import Replayer
from pactolus_adapters.replay.sources.log import LogSource
from pactolus_adapters.replay.spec import Partition
from pactolus_adapters.versions import software_versions
from pactolus_adapters.wiring import prepare_pack
from pactolus_engine.replay.result import ReplayClass, ReplayResult
from tests.adapters.trail.room import Room, the_shelf
from tests.support.altered import a_quantity, a_response, mrd_of, with_value
from tests.support.examples import ROOT
from tests.support.real_packs import CONSOLIDATION, Resource, resources_of
from tests.support.small_packs import InProcess

_OLD, _NEW = Decimal("1e-5"), Decimal("1e-4")
_RULES = {"mrd-negative", "mrd-positive"}
_CAUSES = {f"rule:{name}" for name in _RULES}
_SCALES = {"1": 0, "%": -2, "[ppth]": -3, "{cells}/10*6{cells}": -6, "10*-6": -6, "[ppm]": -6, "[ppb]": -9}
"""Of each unit the power of ten, by the definition of UCUM and not by our reader."""

_ENDS = tuple(map(Decimal, ("9.999999999e-6", "1e-5", "9.999999999e-5", "1e-4")))
"""Both ends exactly, and a hair below each."""

_OTHERS = tuple(map(Decimal, ("0", "1e-6", "9.9e-6", "1.000000001e-5", "3.3e-5", "1.000000001e-4", "1e-3")))


@dataclass(frozen=True)
class Sent:
    """A request, and whether its answer must be another one when the threshold moves."""

    resources: list[Resource]
    differs: bool


def _plain() -> list[Sent]:
    """Exact fractions, the ends in every unit: one is another stratum only where it lies in [1e-5, 1e-4)."""
    base = resources_of("negative-ngs")
    return [
        Sent(with_value(base, a_quantity(fraction.scaleb(-scale), unit)), _OLD <= fraction < _NEW)
        for unit, scale in _SCALES.items()
        for fraction in (_ENDS if scale else _ENDS + _OTHERS)
    ]


def _side(low: Decimal, high: Decimal, limit: Decimal, *, has_high: bool) -> str:
    """Where an interval from `low` lies of a limit, of which nothing but "surely" counts."""
    if high < limit or (high == limit and not has_high):
        return "below"
    return "not below" if low >= limit else "unknown"


def _compared() -> list[Sent]:
    """`< x` is [0, x), `<= x` is [0, x], `> x` and `>= x` go up to 1."""
    base, sent = resources_of("negative-ngs"), []
    for fraction in map(Decimal, ("1e-6", "1e-5", "3e-5", "1e-4", "2e-4")):
        intervals = {
            "<": (Decimal(0), fraction, False),
            "<=": (Decimal(0), fraction, True),
            ">=": (fraction, Decimal(1), True),
        }
        for comparator, (low, high, has_high) in intervals.items():
            sides = [_side(low, high, limit, has_high=has_high) for limit in (_OLD, _NEW)]
            value = a_quantity(fraction.scaleb(6), "10*-6", comparator)
            sent.append(Sent(with_value(base, value), sides[0] != sides[1]))
    return sent


def _does_not_rest_on_mrd() -> list[Sent]:
    """A fraction between the thresholds of which no answer is made: the unit is none, or the result is not final. A
    disease that has progressed is out of scope either way, and is told on which side of the threshold it is."""
    base = resources_of("negative-ngs")
    between = a_quantity(Decimal("3e-5"), "1")
    subject = next(one["id"] for one in base if one["resourceType"] == "Patient")
    preliminary = with_value(base, between)
    mrd_of(preliminary)["status"] = "preliminary"
    progressed = [*with_value(base, between), a_response(subject, "PD", "2026-02-15")]
    return [
        Sent(with_value(base, a_quantity(Decimal("3e-5"), "mg")), differs=False),
        Sent(preliminary, differs=False),
        Sent(progressed, differs=True),
    ]


@pytest.fixture(scope="module")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> FolderShelf:
    """The pack copied and edited: the threshold in its two rules, and its version wherever it is named."""
    rules = tmp_path_factory.mktemp("candidate")
    pack = shutil.copytree(ROOT / "rules" / CONSOLIDATION, rules / CONSOLIDATION)
    for name in _RULES:
        _edit(pack / "rules" / f"{name}.yaml", " 1e-5}", " 1e-4}")
    for path in (pack / "pack.yaml", *(pack / "cases").glob("*.overlay.yaml")):
        _edit(path, "version: 1.0.0", "version: 1.1.0")
    return FolderShelf(rules, prepare_pack)


def _edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")


def _replayed(sent: list[Sent], candidate: FolderShelf) -> list[ReplayResult]:
    """The requests recorded under the pack of the repository, and evaluated again under the candidate."""
    room = Room(the_shelf())
    for number, one in enumerate(sent):
        entries = [{"resource": resource} for resource in one.resources]
        content = encode({"resourceType": "Bundle", "type": "collection", "entry": entries})
        # Another patient each, for whom nothing was suggested before that a new result would take back.
        for name in (b"testpatient-negative", b"TEST-0001"):
            content = content.replace(name, b"%s-%d" % (name, number))
        room.send(content)
    packs = PacksByDigest([candidate, the_shelf()])
    replayer = Replayer(
        packs, InProcess(), candidate.get(CONSOLIDATION), CONSOLIDATION, Limits(), software_versions()
    )
    batches = LogSource(room.log).read(Partition(0, 0, room.log.size()))
    return [replayer.result(row) for batch in batches for row in record_rows(batch)]


@pytest.mark.parametrize("kind", [_plain, _compared, _does_not_rest_on_mrd])
def test_the_differences_are_the_records_between_the_thresholds(
    kind: Callable[[], list[Sent]], candidate: FolderShelf
) -> None:
    sent = kind()
    found = _replayed(sent, candidate)
    assert [one.result_class for one in found if not one.is_difference] == [ReplayClass.IDENTICAL] * sum(
        not one.differs for one in sent
    )
    assert [one.index for one in found if one.is_difference] == [
        index for index, one in enumerate(sent) if one.differs
    ]
    for one in (one for one in found if one.is_difference):
        assert one.moved and set(one.causes) == _CAUSES
        assert all(set(moved.because) <= _CAUSES for moved in one.moved)


def test_between_the_thresholds_the_strata_change_sides(candidate: FolderShelf) -> None:
    between = next(one for one in _plain() if one.differs)
    (found,) = _replayed([between], candidate)
    moved = {one.rule: (one.before, one.after) for one in found.moved}
    assert moved["mrd-status-negative"] == ("false", "true")
    assert moved["mrd-status-positive"] == ("true", "false")
    assert found.recorded is not None and found.replayed is not None
    assert (found.recorded.outcome, found.replayed.outcome) == ("OFFER", "OFFER")
    assert found.recorded.options == ("asct-isa-krd-x2", "tandem-asct")
    assert found.replayed.options == ("asct-isa-krd-x2", "isa-krd-x6")
