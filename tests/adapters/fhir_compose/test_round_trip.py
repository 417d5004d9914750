"""Facts of the shipped packs to FHIR and back: what was stated comes out, and once more the same."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.authoring.run_cases import differences
from pactolus_adapters.fhir.compose import NotCarried, Stated, compose_bundle, groups_of
from pactolus_adapters.fhir.compose_slots import WRITTEN_ELEMENTS
from pactolus_adapters.fhir.read import Limits, read
from pactolus_adapters.settings import Settings
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import FactSet, Standing
from pactolus_engine.pack.elements import ELEMENTS
from pactolus_engine.pack.model import Pack
from pactolus_engine.states import States
from pactolus_engine.values import Members
from pactolus_engine.weigh import weigh
from tests.cases.test_cases import draft
from tests.support.known import groups
from tests.support.small_packs import InProcess

_AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
_BASE = Settings().code_systems
_RULES = Path(__file__).resolve().parents[3] / "rules"
_PACKS = sorted(path.parent.name for path in _RULES.glob("*/pack.yaml"))
_MATCHER = InProcess()

# A failure names the fact; shrinking a whole patient takes minutes.
_FEW = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)

_SAYS_MORE = "the short form leaves out a fact that is read from the very resource of another, stated one"
_SAYS_THE_ASSAY = "every code of an MRD result implies an assay, so that FHIR leaves none unsaid"
_DIFFERENT = {
    "midas-consolidation": {"caveats-of-the-unknown-beside-a-negative": _SAYS_THE_ASSAY},
    "midas-endpoint": {
        "consolidation-end-denied": _SAYS_MORE,
        "consolidation-end-impossible-maintenance-unknown": _SAYS_MORE,
        "consolidation-end-unknown": _SAYS_MORE,
        "consolidation-end-without-word": _SAYS_MORE,
        "maintenance-not-started-on-day-of-sample": _SAYS_MORE,
        "maintenance-start-denied": _SAYS_MORE,
        "maintenance-start-impossible-consolidation-unknown": _SAYS_MORE,
        "maintenance-start-unknown": _SAYS_MORE,
        "maintenance-start-without-word": _SAYS_MORE,
        "progression-maintenance-unknown": _SAYS_MORE,
        "sample-month-across": _SAYS_MORE,
        "samples-of-two-times-time-unknown": _SAYS_MORE,
        "time-point-unknown": _SAYS_MORE,
    },
}
"""Cases of which the FHIR decision differs, and why. In `midas-endpoint` the day of an MRD sample is two facts."""


def _read(pack: Pack, bundle: bytes) -> FactSet:
    return read((), bundle, "", pack, local_base=_BASE, limits=Limits(1 << 20, 1 << 24))


def _composable(pack: Pack, stated: list[dict[str, Stated]]) -> tuple[list[dict[str, Stated]], bytes]:
    """The groups without what is refused, fact by fact, and their Bundle."""
    while True:
        try:
            return stated, compose_bundle(pack, stated, local_base=_BASE)
        except NotCarried as refusal:
            assert any(refusal.fact in group for group in stated), refusal
            lost = {refusal.fact, *(fact.id for fact in pack.facts.values() if fact.of == refusal.fact)}
            stated = [{name: group[name] for name in group if name not in lost} for group in stated]


def _weighed(pack_name: str, facts: FactSet) -> States:
    compiled = draft(pack_name).compiled
    return weigh(compiled.pack, compiled.definitions, compiled.partitions, facts, _AT)


def test_every_word_of_the_elements_is_written() -> None:
    assert set(WRITTEN_ELEMENTS) == {word for words in ELEMENTS.values() for word in words}


@pytest.mark.parametrize("pack_name", _PACKS)
@_FEW
@given(data=st.data())
def test_what_is_read_back_weighs_the_same_when_composed_again(pack_name: str, data: st.DataObject) -> None:
    pack = draft(pack_name).pack
    _, bundle = _composable(pack, data.draw(groups(pack, st.just(Standing.FINAL))))
    first = _read(pack, bundle)
    again = _read(pack, compose_bundle(pack, groups_of(first), local_base=_BASE))
    for fact, state in _weighed(pack_name, first).items():
        other = _weighed(pack_name, again)[fact]
        assert (state.value, state.statuses) == (other.value, other.statuses), fact


@pytest.mark.parametrize("pack_name", _PACKS)
@_FEW
@given(data=st.data())
def test_every_stated_fact_is_among_the_readings(pack_name: str, data: st.DataObject) -> None:
    pack = draft(pack_name).pack
    stated, bundle = _composable(pack, data.draw(groups(pack)))
    assert bundle == compose_bundle(pack, stated, local_base=_BASE)
    readings = _read(pack, bundle).readings
    for group in stated:
        for name, one in group.items():
            head = group[pack.facts[name].of or name]
            is_draft = head.standing is Standing.NOT_FINAL
            standing = Standing.NOT_FINAL if is_draft else one.standing
            found = [each for each in readings if each.fact == name and each.standing is standing]
            says_no = pack.facts[name].assumed_value == "false" and one.value is not None
            assert found or says_no, name
            if isinstance(one.value, Members):
                read_members = {m for r in found if isinstance(r.value, Members) for m in r.value.surely}
                assert one.value.surely <= read_members


def _in_short_form(pack: Draft) -> list[str]:
    return [case.place.file for case in pack.cases() if case.facts is not None]


@pytest.mark.parametrize("pack_name", _PACKS)
def test_cases_in_short_form_come_out_the_same_as_fhir(pack_name: str) -> None:
    pack = draft(pack_name)
    cases = [case for case in pack.cases() if case.facts is not None]
    different, refused = {}, []
    for case in cases[::6]:
        assert case.facts is not None
        try:
            bundle = compose_bundle(pack.pack, groups_of(case.facts), local_base=_BASE)
        except NotCarried as refusal:
            refused.append(refusal.fact)
            continue
        compiled = pack.compiled_with(case.overlay)
        decision = evaluate(_read(pack.pack, bundle), compiled, case.at, _MATCHER)
        found = differences(decision, case.expect, compiled.pack)
        name = case.place.file.removeprefix("cases/").removesuffix(".yaml")
        if found and name not in _DIFFERENT.get(pack_name, {}):
            different[name] = found
    assert not different
    assert len(refused) <= len(cases) // 20
