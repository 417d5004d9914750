"""Audit logs on disk to be replayed: small requests under a small pack, decided once and recorded as often as asked."""

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import cycle, islice
from pathlib import Path

from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.audit.stores import open_log
from pactolus_adapters.authoring.new_pack import new_pack
from pactolus_adapters.clock import system_clock
from pactolus_adapters.hallway import EvaluateCommand, Hallway
from pactolus_adapters.packs.folder import FolderShelf
from pactolus_adapters.settings import Settings
from pactolus_adapters.wiring.house import hallway_settings, prepare_pack, store_place
from pactolus_engine.errors import PactolusError
from pactolus_engine.ports import NewRecord
from tests.support.small_packs import InProcess
from tests.support.taken_log import TakenLog

__all__ = ["AT", "PACK", "candidate_rules", "decided", "recorded", "rules_folder", "small_request"]

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
PACK = "follow-up"
_RULE = Path("rules", "offer-go-on.yaml")


def rules_folder(path: Path) -> Path:
    """A new rules folder with one pack, the one that `pactolus rules new` makes: MRD below 1e-5 in marrow."""
    path.mkdir()
    new_pack(PACK, path, date(2026, 3, 1))
    return path


def candidate_rules(path: Path, threshold: str = "1e-4", version: str = "0.2.0") -> Path:
    """The same with another threshold under another version, as an informatician would write it."""
    rules_folder(path)
    pack = path / PACK / "pack.yaml"
    pack.write_text(pack.read_text().replace("version: 0.1.0", f"version: {version}"))
    rule = path / PACK / _RULE
    rule.write_text(rule.read_text().replace("below: 1e-5}", f"below: {threshold}}}"))
    return path


def small_request(name: str, value: str, unit: str = "%") -> bytes:
    """A patient of that name with one MRD of marrow; the value as it is to stand there."""
    resources = [
        {"resourceType": "Patient", "id": name},
        {
            "resourceType": "Specimen",
            "id": f"marrow-{name}",
            "type": {"coding": [{"system": "http://snomed.info/sct", "code": "396997002"}]},
        },
        {
            "resourceType": "Observation",
            "id": f"mrd-{name}",
            "status": "final",
            "code": {"coding": [{"system": f"{Settings().code_systems}mrd", "code": "mrd-ngs"}]},
            "subject": {"reference": f"Patient/{name}"},
            "effectiveDateTime": "2026-02-10",
            "specimen": {"reference": f"Specimen/marrow-{name}"},
            "valueQuantity": {"value": "VALUE", "system": "http://unitsofmeasure.org", "code": unit},
        },
    ]
    # As text, because a number of JSON is a binary one in Python.
    return json.dumps(resources).replace('"VALUE"', value).encode()


def decided(rules: Path, requests: Iterable[bytes], pack: str = PACK) -> list[NewRecord]:
    """What a hallway over these rules records of each request, refusals too."""
    settings, taken = Settings(rules=rules), TakenLog()
    shelf = FolderShelf(rules, prepare_pack)
    hallway = Hallway(shelf, InProcess(), taken, system_clock, hallway_settings(settings))  # type: ignore[arg-type]
    for content in requests:
        command = EvaluateCommand(
            resources=(content,), pack_id=pack, evaluation_time=AT, client="ehr", tenant="default"
        )
        try:
            hallway.evaluate(command)
        except PactolusError:
            continue
    return taken.records


def recorded(data: Path, records: Sequence[NewRecord], count: int = 0) -> SqliteAuditLog:
    """A new log in that directory with the records, over again until there are so many; open, in the order given."""
    log = open_log(store_place(Settings(data=data)), system_clock)
    assert isinstance(log, SqliteAuditLog)
    wanted = islice(cycle([replace(one, expected=None) for one in records]), count or len(records))
    if count:
        with ThreadPoolExecutor(64) as threads:  # in any order, and many in one transaction
            list(threads.map(log.append, wanted))
    else:
        for one in wanted:
            log.append(one)
    return log
