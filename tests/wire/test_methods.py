"""The methods beside evaluation: packs, recorded decisions, and those that are not built."""

from collections.abc import Iterator

import grpc
import pytest
from google.protobuf.message import Message

from pactolus.v1 import audit_service_pb2 as audit
from pactolus.v1 import evaluation_service_pb2 as evaluation
from pactolus.v1 import rule_pack_service_pb2 as rule_packs
from tests.wire.stand import BUNDLE, Stand, bad_request, error_info, stand

BUILT = {
    *("Evaluate", "EvaluateBatch", "ListRulePacks", "GetRulePack"),
    *("GetDecision", "ListDecisions", "ListAffectedDecisions", "RecordFeedback"),
    *("GetCheckpoint", "GetInclusionProof", "GetConsistencyProof", "VerifyLog"),
    *("ExportRecords", "ErasePatient"),
    *("StartReplay", "WatchReplay", "ListReplayDifferences"),
}


@pytest.fixture(scope="module")
def wire() -> Iterator[Stand]:
    with stand() as started:
        yield started


def test_the_shelf_is_listed_with_its_active_version(wire: Stand) -> None:
    got = wire.packs.ListRulePacks(rule_packs.ListRulePacksRequest())
    assert [(each.pack.id, each.pack.version, each.active) for each in got.packs] == [
        ("midas", "1.0.0", False),
        ("midas", "1.1.0", True),
    ]


def test_a_pack_is_shown_in_full_with_exact_numbers(wire: Stand) -> None:
    selector = evaluation.PackSelector(id="midas", version="1.0.0")
    got = wire.packs.GetRulePack(rule_packs.GetRulePackRequest(pack=selector))
    assert got.summary.pack.digest == "ab" * 32
    assert (got.summary.evidence_as_of, got.summary.review_by) == ("2026-01-02", "2027-06-30")
    assert got.summary.approved_by == "Dr. Example (haematologist, 2026-02-01)"
    assert [fact.id for fact in got.facts] == ["age", "birth-date", "today"]
    assert list(got.facts[0].derived_from) == ["birth-date", "today"]
    lowest, window = got.parameters
    assert (window.value, window.default_value) == ("-7.50", "-7")
    assert (window.at_least, window.at_most) == ("-28", "0")
    assert (got.rules[1].id, got.rules[1].effect) == ("old", "exclude")
    assert [option.id for option in got.options] == ["o1"]
    assert [each.id for each in got.evidence] == ["e1"]
    assert not _empty_fields(got), "a field that conversion forgot"
    assert (lowest.id, lowest.value, lowest.default_value) == ("lowest", "", "")


def test_what_the_site_sets_and_adds_is_shown(wire: Stand) -> None:
    selector = evaluation.PackSelector(id="midas", version="1.0.0")
    got = wire.packs.GetRulePack(rule_packs.GetRulePackRequest(pack=selector))
    assert (got.overlay.title, got.overlay.approved_by) == (
        "Our site",
        "Dr. Site (haematologist, 2026-02-01)",
    )
    code = rule_packs.RulePackSiteCode(code_set="mrd", system="local:lab", code="M1", display="our MRD")
    assert list(got.overlay.codes) == [code]
    assert [each.site_rationale for each in got.parameters] == ["", "we are quick"]
    assert [(rule.id, list(rule.off_for_want_of)) for rule in got.rules] == [("low", ["lowest"]), ("old", [])]


def _empty_fields(message: Message) -> list[str]:
    """Singular text fields of the parts that nobody set, apart from those a part may lack."""
    may_lack = {"assumed_value", "doi", "url", "supply", "unit", "target", "value", "active"}
    may_lack |= {"default_value", "site_rationale", "off_for_want_of"}
    return [
        f"{name}[{position}].{field.name}"
        for name in ("parameters", "options", "rules", "evidence")
        for position, part in enumerate(getattr(message, name))
        for field in part.DESCRIPTOR.fields
        if field.name not in may_lack and not getattr(part, field.name)
    ]


def test_without_a_version_the_active_one_is_shown(wire: Stand) -> None:
    selector = evaluation.PackSelector(id="midas")
    got = wire.packs.GetRulePack(rule_packs.GetRulePackRequest(pack=selector))
    assert (got.summary.pack.version, got.summary.active) == ("1.1.0", True)


def test_a_pack_that_is_not_there_is_not_found(wire: Stand) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        wire.packs.GetRulePack(rule_packs.GetRulePackRequest(pack=evaluation.PackSelector(id="other")))
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    assert error_info(caught.value).reason == "PACK_NOT_FOUND"


def test_a_pack_without_an_id_is_invalid(wire: Stand) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        wire.packs.GetRulePack(rule_packs.GetRulePackRequest())
    assert [field for field, _ in bad_request(caught.value)] == ["pack.id"]


def test_a_recorded_decision_comes_back_as_it_was_given(wire: Stand) -> None:
    got = wire.audit.GetDecision(audit.GetDecisionRequest(index=0))
    assert got.response.bundle_json == BUNDLE
    assert got.response.decision.decision_id == "d" * 64
    assert got.record_time.ToJsonString() == "2026-03-01T10:20:31Z"


@pytest.mark.parametrize("index", [1, 2])
def test_a_record_without_a_decision_is_not_found(wire: Stand, index: int) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        wire.audit.GetDecision(audit.GetDecisionRequest(index=index))
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    assert error_info(caught.value).reason == "RECORD_NOT_FOUND"


def test_another_tenant_does_not_learn_of_a_record(wire: Stand) -> None:
    refusals = []
    for index in (0, 2):
        with pytest.raises(grpc.RpcError) as caught:
            wire.audit.GetDecision(
                audit.GetDecisionRequest(index=index), metadata=[("x-pactolus-tenant", "other")]
            )
        refusals.append((caught.value.code(), caught.value.details()))
    assert refusals[0] == refusals[1]
    assert refusals[0][0] is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("request_", [audit.GetDecisionRequest(), audit.GetDecisionRequest(index=-1)])
def test_a_record_must_be_named(wire: Stand, request_: audit.GetDecisionRequest) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        wire.audit.GetDecision(request_)
    assert [field for field, _ in bad_request(caught.value)] == ["index"]


def _methods() -> list[tuple[str, bool]]:
    return [
        (f"/{service.full_name}/{method.name}", method.server_streaming)
        for module in (evaluation, rule_packs, audit)
        for service in module.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    ]


def _not_built() -> list[tuple[str, bool]]:
    return [(path, streams) for path, streams in _methods() if path.rsplit("/", 1)[1] not in BUILT]


def test_the_contract_declares_every_method() -> None:
    assert len(_methods()) == 21
    assert len(_not_built()) == 4


@pytest.mark.parametrize(("path", "streams"), _not_built())
def test_a_method_that_is_not_built_says_so(wire: Stand, path: str, streams: bool) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        if streams:
            list(wire.channel.unary_stream(path)(b""))
        else:
            wire.channel.unary_unary(path)(b"")
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert error_info(caught.value).reason == "NOT_BUILT"


def test_a_decision_is_found_by_its_id(wire: Stand) -> None:
    got = wire.audit.GetDecision(audit.GetDecisionRequest(decision_id="d" * 64))
    assert got.response.receipt.index == 0
