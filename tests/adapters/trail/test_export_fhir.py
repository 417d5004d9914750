"""An export as FHIR: a resource per record, the same bytes each time, in the codes that R4 has for each event.

That R4's validators accept them is seen by `make conformance`; the house's own check runs in `tests/conformance`.
"""

import json
from dataclasses import replace
from typing import Any

import pytest

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.fhir.log_events import LOG_EVENTS
from pactolus_adapters.trail.export_request import Wanted
from pactolus_engine.decision import Outcome
from pactolus_engine.ports import EVENTS
from tests.support.audit_exports import a_full_log, a_log_of, exporter
from tests.support.decisions import a_decision

Resource = dict[str, Any]


@pytest.fixture(scope="module")
def full() -> MemoryAuditLog:
    return a_full_log()


def _lines(log: MemoryAuditLog, *, plain: bool = False, end: int = 31) -> list[bytes]:
    return list(exporter(log).lines(Wanted("fhir", end=end, with_patient_data=plain)))


def _resources(log: MemoryAuditLog, *, plain: bool = False, end: int = 31) -> list[Resource]:
    return [json.loads(line) for line in _lines(log, plain=plain, end=end)]


def _index(resource: Resource) -> str:
    (found,) = (
        d["valueString"] for e in resource["entity"] for d in e.get("detail", []) if d["type"] == "index"
    )
    return str(found)


def test_every_event_has_its_form() -> None:
    assert set(LOG_EVENTS) == set(EVENTS)


@pytest.mark.parametrize("plain", [True, False])
def test_two_exports_of_the_same_records_are_the_same_bytes(full: MemoryAuditLog, plain: bool) -> None:
    first, second = _lines(full, plain=plain), _lines(full, plain=plain)
    assert first[1:] == second[1:]
    assert json.loads(first[0])["id"] != json.loads(second[0])["id"]
    ids = [json.loads(line)["id"] for line in first]
    assert len(ids) == len(set(ids))


def test_the_first_line_is_the_export_and_says_what_it_holds(full: MemoryAuditLog) -> None:
    for plain, words in ((False, "without patient data"), (True, "WITH PATIENT DATA")):
        notice = _resources(full, plain=plain)[0]
        assert notice["type"]["code"] == "110106"
        assert notice["agent"][0]["who"]["identifier"]["value"] == "cli:auditor"
        assert words in notice["entity"][0]["detail"][0]["valueString"]
        assert int(_index(notice)) == full.size() - 1


def test_every_record_has_an_audit_event_and_every_decision_a_provenance(full: MemoryAuditLog) -> None:
    resources = _resources(full)[1:]
    events = [one for one in resources if one["resourceType"] == "AuditEvent"]
    assert [_index(one) for one in events] == [str(index) for index in range(31)]
    leaves = [json.loads(entry.leaf)["event"] for entry in full.entries(0, 31)]
    forms = [(one["type"]["code"], one["action"], one["outcome"]) for one in events]
    assert forms == [(LOG_EVENTS[e].type[1], LOG_EVENTS[e].action, LOG_EVENTS[e].outcome) for e in leaves]
    assert {outcome for _, _, outcome in forms} == {"0", "4", "8", "12"}
    assert sum(one["resourceType"] == "Provenance" for one in resources) == leaves.count("evaluation")


def test_a_provenance_leads_to_what_was_answered_only_with_patient_data(full: MemoryAuditLog) -> None:
    def provenances(plain: bool) -> list[Resource]:
        return [one for one in _resources(full, plain=plain) if one["resourceType"] == "Provenance"]

    offered, public = provenances(True)[1], provenances(False)[1]  # the first was pruned
    assert offered["target"][0]["type"] == public["target"][0]["type"] == "CarePlan"
    assert offered["target"][0]["reference"].startswith("urn:uuid:")
    assert "reference" not in public["target"][0]
    assert {entity["what"].get("reference") for entity in offered["entity"]} >= {
        "Observation/mrd-1/_history/3"
    }
    assert [entity["what"]["type"] for entity in public["entity"]] == ["PlanDefinition"]
    assert offered["policy"] == ["ni:///sha-256;" + "q6ur" * 10 + "q6s"]
    assert offered["agent"][0]["type"]["coding"][0]["code"] == "assembler"


def test_without_the_flag_no_patient_is_told(full: MemoryAuditLog) -> None:
    plain, public = b"".join(_lines(full, plain=True)), b"".join(_lines(full))
    for secret in (a_decision(Outcome.HOLD).decision_id, "Observation/mrd-1", "Condition/mm"):
        assert (secret.encode() in plain, secret.encode() in public) == (True, False), secret


def test_an_erased_record_is_told_as_erased(full: MemoryAuditLog) -> None:
    (erased,) = (one for one in _resources(full, plain=True)[1:] if _is(one, "14"))
    assert erased["entity"][0]["lifecycle"]["code"] == "15"
    assert {"type": "erased-by", "valueString": "17"} in erased["entity"][0]["detail"]
    assert erased["outcomeDesc"] == "evaluation"


def _is(resource: Resource, index: str) -> bool:
    return resource["resourceType"] == "AuditEvent" and _index(resource) == index


def test_an_altered_record_says_so() -> None:
    log = a_log_of(3)
    records = log._rows._records
    records[1] = replace(records[1], leaf=records[0].leaf)
    resources = _resources(log, end=3)
    events = [one for one in resources if one["resourceType"] == "AuditEvent"][1:]
    details = [
        detail for one in events for detail in one["entity"][0]["detail"] if detail["type"] == "problem"
    ]
    assert [_index(one) for one in events] == ["0", "1", "2"]
    assert details == [{"type": "problem", "valueString": "its leaf does not match its leaf hash"}]
