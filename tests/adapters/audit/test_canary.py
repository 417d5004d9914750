"""No patient data outside the encrypted payload: canaries in every field, looked for in every byte."""

from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_engine.errors import AuditUnavailable, RequestIdReused
from tests.contract.audit_log import fixed_clock, new_record

CANARIES = {
    "input": b"Zephyrine Quillfeather 0.00000731",
    "output": b"CarePlan for Quillfeather-Output",
    "patient_key": b"Patient/quagga-55512",
}


def _disguises(canary: bytes) -> list[bytes]:
    text = canary.decode()
    return [
        canary,
        text.encode("utf-16-le"),
        text.encode("utf-16-be"),
        canary.hex().encode(),
        b64encode(canary)[:-4],
    ]


def _found(directory: Path) -> list[str]:
    return [
        f"{name} in {path.name}"
        for path in directory.iterdir()
        for name, canary in CANARIES.items()
        for disguise in _disguises(canary)
        if disguise in path.read_bytes() or canary.decode() in path.name
    ]


def test_the_search_finds_a_canary(tmp_path: Path) -> None:
    (tmp_path / "leak").write_bytes(b"..." + CANARIES["output"] + b"...")
    assert _found(tmp_path) == ["output in leak"]


@pytest.mark.parametrize("event", ["evaluation", "refusal"])
def test_no_file_holds_patient_data(tmp_path: Path, event: str) -> None:
    parts = {name: canary for name, canary in CANARIES.items() if name != "patient_key"}
    record = replace(
        new_record(patient=CANARIES["patient_key"].decode()),
        event=event,
        **parts,  # type: ignore[arg-type]
    )
    log = SqliteAuditLog(tmp_path, fixed_clock)
    for number in range(20):
        log.append(replace(record, request_id=f"request-{number}"))
    assert log.read(19).input == CANARIES["input"]
    assert {path.name.rpartition("-")[2] for path in tmp_path.iterdir()} >= {"wal", "shm"}
    assert _found(tmp_path) == []
    log.close()
    assert _found(tmp_path) == []


def test_no_error_holds_patient_data(tmp_path: Path) -> None:
    record = replace(new_record(patient=CANARIES["patient_key"].decode()), input=CANARIES["input"])
    log = SqliteAuditLog(tmp_path, fixed_clock)
    log.append(record)
    texts = []
    for wrong, kind in [
        (replace(record, request_digest="00" * 32), RequestIdReused),
        (replace(record, request_id="r", commitment={"pack_id": CANARIES["input"].decode()}), ValueError),
        (replace(record, request_id="r", commitment={CANARIES["input"].decode(): "x"}), ValueError),
        (replace(record, request_id="r", instant=CANARIES["input"].decode()), ValueError),
    ]:
        with pytest.raises(kind) as caught:
            log.append(wrong)
        texts.append(str(caught.value))
    log.close()
    with pytest.raises(AuditUnavailable) as closed:
        log.append(record)
    texts.append(str(closed.value))
    assert [text for text in texts for canary in CANARIES.values() if canary.decode() in text] == []
