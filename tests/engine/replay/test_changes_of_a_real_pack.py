"""The consolidation pack with one thing changed: what moved for a patient of the examples, and because of what."""

import copy
from time import perf_counter

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import Decision, Outcome
from pactolus_engine.replay.causes import causes, moved
from pactolus_engine.replay.compare import compare
from pactolus_engine.replay.pack_change import PackChange
from pactolus_engine.replay.result import Moved, ReplayClass
from tests.engine.replay.versions import another_version, overlaid
from tests.support.altered import mrd_of
from tests.support.real_packs import CONSOLIDATION, Resource, answered, real_pack, resources_of

_UNSIGNED = Moved("parameters-not-approved", "true", "true", ("parameter:window-days-after",))
_OF_SITE = Moved("overlay-not-approved", "absent", "true", ("pack:1.0.0",))


def _answers(candidate: CompiledPack, resources: list[Resource]) -> tuple[Decision, Decision]:
    return answered(CONSOLIDATION, resources), answered(candidate, resources)


def _moved(candidate: CompiledPack, pair: tuple[Decision, Decision]) -> tuple[Moved, ...]:
    return moved(*pair, PackChange.between(real_pack(CONSOLIDATION).pack, candidate.pack), "")


def _class(pair: tuple[Decision, Decision]) -> ReplayClass:
    return compare(*pair, same_pack=False).result_class


def _sampled(day: str) -> list[Resource]:
    """The negative patient, whose induction ended on 1 February, with the sample taken on that day."""
    resources = resources_of("negative-ngs")
    mrd_of(resources)["effectiveDateTime"] = day
    for resource in resources:
        if resource["resourceType"] == "Specimen":
            resource["collection"] = {"collectedDateTime": day}
    return resources


def test_a_narrower_window_is_told_by_its_parameter() -> None:
    candidate = overlaid("window-days-after", "20")
    pair = _answers(candidate, _sampled("2026-02-25"))
    assert (pair[0].outcome, pair[1].outcome) == (Outcome.OFFER, Outcome.OUT_OF_SCOPE)
    named = {one.rule: one for one in _moved(candidate, pair)}
    assert named["sample-after-window"].because == ("parameter:window-days-after",)
    assert (named["sample-after-window"].before, named["sample-after-window"].after) == ("false", "true")


def test_a_sample_inside_both_windows_is_told_of_the_parameter_in_the_caveats_alone() -> None:
    candidate = overlaid("window-days-after", "20")
    pair = _answers(candidate, _sampled("2026-02-21"))
    assert _class(pair) is ReplayClass.CHANGED_TEXT
    assert _moved(candidate, pair) == (_OF_SITE, _UNSIGNED)


def test_a_code_that_is_gone_is_told_by_its_code_set() -> None:
    candidate = another_version({"codes.yaml": ("code: mrd-ngs,", "code: mrd-ngs-2,")})
    pair = _answers(candidate, resources_of("negative-ngs"))
    assert (pair[0].outcome, pair[1].outcome) == (Outcome.OFFER, Outcome.NEED_DATA)
    named = {one.rule: one for one in _moved(candidate, pair)}
    offer = named["offer-isa-krd-x6"]
    assert (offer.before, offer.after) == ("true", "unknown")
    assert offer.because == ("code-set:mrd-ngs", "fact:mrd")
    # What is read of the same Observation goes with it.
    assert named["mrd-status-negative"].because == (
        "code-set:mrd-ngs",
        "fact:mrd",
        "fact:specimen",
    )


def test_a_rule_that_is_gone_is_told_by_itself() -> None:
    candidate = another_version({}, without=("rules/age-66-or-over.yaml",))
    resources = resources_of("negative-ngs")
    assert _class(_answers(candidate, resources)) is ReplayClass.IDENTICAL
    older = copy.deepcopy(resources)
    next(one for one in older if one["resourceType"] == "Patient")["birthDate"] = "1940-01-01"
    pair = _answers(candidate, older)
    assert (pair[0].outcome, pair[1].outcome) == (Outcome.OUT_OF_SCOPE, Outcome.OFFER)
    assert _moved(candidate, pair) == (Moved("age-66-or-over", "true", "absent", ("rule:age-66-or-over",)),)


def test_another_text_of_a_rule_is_a_changed_text() -> None:
    candidate = another_version({"rules/offer-isa-krd-x6.yaml": ("title: ", "title: In other words, ")})
    pair = _answers(candidate, resources_of("negative-ngs"))
    assert _class(pair) is ReplayClass.CHANGED_TEXT
    assert _moved(candidate, pair) == (Moved("offer-isa-krd-x6", "true", "true", ("rule:offer-isa-krd-x6",)),)


def test_the_same_pack_says_the_same() -> None:
    one, other = (answered(CONSOLIDATION, resources_of("positive-flow")) for _ in range(2))
    assert compare(one, other, same_pack=True).result_class is ReplayClass.IDENTICAL
    assert moved(one, other, None, "") == ()


def test_no_cause_holds_a_value_of_the_patient() -> None:
    candidate = another_version({"codes.yaml": ("code: mrd-ngs,", "code: mrd-ngs-2,")})
    found = causes(_moved(candidate, _answers(candidate, resources_of("negative-ngs"))))
    kinds = {cause.partition(":")[0] for cause in found}
    pack = candidate.pack
    names = {"fact": pack.facts, "code-set": pack.code_sets}
    assert kinds == set(names)
    assert all(name in names[kind] for kind, _, name in (cause.partition(":") for cause in found))


def test_an_unchanged_decision_is_done_with_in_well_under_a_millisecond() -> None:
    candidate = another_version({"rules/offer-isa-krd-x6.yaml": ("title: ", "title: In other words, ")})
    change = PackChange.between(real_pack(CONSOLIDATION).pack, candidate.pack)
    one, other = _answers(candidate, resources_of("positive-flow"))
    times = []
    for _ in range(20):
        start = perf_counter()
        assert compare(one, other, same_pack=False).result_class is ReplayClass.IDENTICAL
        assert moved(one, other, change, "") == ()
        times.append(perf_counter() - start)
    assert min(times) < 0.001
