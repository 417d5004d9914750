"""Makes an audit log of many decisions, for replays to be measured and tried on.

    python bench/replay_log.py DIRECTORY RECORDS [--processes N] [--refused PERCENT]

Of a hundred records one (`--refused`: more) is no JSON and is refused, which costs next to nothing: for logs of a million
records. Of five others one is an example Bundle under the packs of MIDAS, four are a small Bundle under a small pack, the
one that `pactolus rules new` makes; each for a patient of its own, with an MRD of its own between 1e-7 and 1e-3, at one
fixed instant. The packs are in DIRECTORY/rules. Decisions are made in several processes and recorded by one, the usual
way. Nothing is drawn by chance: the same numbers give the same requests.
"""

import argparse
import json
import multiprocessing
import re
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pactolus_adapters import wiring
from pactolus_adapters.authoring.new_pack import new_pack
from pactolus_adapters.clock import system_clock
from pactolus_adapters.hallway import EvaluateCommand, Hallway
from pactolus_adapters.matchers.memo import MemoMatcher
from pactolus_adapters.matchers.process import ProcessMatcher
from pactolus_adapters.settings import Settings
from pactolus_adapters.wiring.house import hallway_settings
from pactolus_engine.errors import PactolusError
from pactolus_engine.ports import NewRecord
from tests.support.taken_log import TakenLog

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
_SCALE = {"%": 2, "1": 0, "10*-6": 6, "/10*6": 6, "{cells}/10*6{cells}": 6}
SMALL_PACK = "follow-up"
_CHUNK = 64
_THREADS = 256
_QUANTITY = re.compile(r'("valueQuantity": \{[^{}]*?"value": )([0-9.eE+-]+)([^{}]*?"code": "([^"]+)")')


def mrd(number: int) -> Decimal:
    """The fraction of clonal cells of a record, three digits between 1e-7 and 1e-3; one in 49 is exactly 1e-5."""
    if number % 49 == 0:
        return Decimal("1e-5")
    drawn = int.from_bytes(sha256(f"mrd {number}".encode()).digest()[:8], "big")
    return Decimal(100 + drawn % 900).scaleb(-2 - 4 - drawn // 900 % 4)


def request(number: int, refused: int) -> tuple[str, bytes]:
    """The pack and the resources of a record; `refused` of a hundred are no JSON."""
    if number % 100 < refused:
        return "midas-consolidation", b"{no JSON"
    if number % 5:
        return SMALL_PACK, _small(number)
    texts = _examples()
    names, text = texts[number // 5 % len(texts)]
    for place, name in enumerate(names):
        text = text.replace(name, f"synthetic-{number}-{place}")

    def with_mrd(found: re.Match[str]) -> str:
        scale = _SCALE.get(found[4])
        if scale is None:
            return found[0]
        return f"{found[1]}{mrd(number).scaleb(scale):f}{found[3]}"

    pack = "midas-endpoint" if "before-maintenance" in text else "midas-consolidation"
    return pack, _QUANTITY.sub(with_mrd, text).encode()


def _small(number: int) -> bytes:
    """A patient with one MRD of marrow, in percent."""
    patient, specimen = f"synthetic-{number}", f"marrow-{number}"
    resources = [
        {"resourceType": "Patient", "id": patient},
        {
            "resourceType": "Specimen",
            "id": specimen,
            "type": {"coding": [{"system": "http://snomed.info/sct", "code": "396997002"}]},
        },
        {
            "resourceType": "Observation",
            "id": f"mrd-{number}",
            "status": "final",
            "code": {"coding": [{"system": f"{Settings().code_systems}mrd", "code": "mrd-ngs"}]},
            "subject": {"reference": f"Patient/{patient}"},
            "effectiveDateTime": "2026-02-10",
            "specimen": {"reference": f"Specimen/{specimen}"},
            "valueQuantity": {"value": "VALUE", "system": "http://unitsofmeasure.org", "code": "%"},
        },
    ]
    # As text, because a number of JSON is a binary one in Python.
    return json.dumps(resources).replace('"VALUE"', f"{mrd(number).scaleb(2):f}").encode()


@cache
def _examples() -> list[tuple[tuple[str, ...], str]]:
    """The names of the patient (identifiers, then the id, which may be a part of them) and the text of each example
    that is about one."""
    found = []
    for file in sorted((ROOT / "examples").glob("*.json")):
        text = file.read_text(encoding="utf-8")
        resources = [entry["resource"] for entry in json.loads(text).get("entry", ())]
        for patient in (one for one in resources if one["resourceType"] == "Patient"):
            names = [one["value"] for one in patient.get("identifier", ())]
            found.append(((*names, patient["id"]), text))
    return found


def _decided(rules: Path, refused: int, numbers: tuple[int, ...]) -> list[NewRecord]:
    """What is to be recorded of these requests."""
    hallway = _hallway(rules)
    audit = hallway.audit
    assert isinstance(audit, TakenLog)
    for number in numbers:
        pack, content = request(number, refused)
        command = EvaluateCommand(
            resources=(content,), pack_id=pack, evaluation_time=AT, client="bench", tenant="default"
        )
        try:
            hallway.evaluate(command)
        except PactolusError:
            continue  # a refusal is recorded too
    taken, audit.records = audit.records, []
    return taken


@cache
def _hallway(rules: Path) -> Hallway:
    settings = Settings(rules=rules)
    matcher = MemoMatcher(ProcessMatcher())
    audit: Any = TakenLog()
    return Hallway(wiring.open_shelf(settings), matcher, audit, system_clock, hallway_settings(settings))


def _chunks(count: int) -> Iterator[tuple[int, ...]]:
    numbers = iter(range(count))
    while chunk := tuple(islice(numbers, _CHUNK)):
        yield chunk


def main() -> None:
    """Makes the log."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument("records", type=int)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--refused", type=int, default=1)
    chosen = parser.parse_args()
    rules = chosen.directory / "rules"
    shutil.copytree(ROOT / "rules", rules)
    new_pack(SMALL_PACK, rules, AT.date())
    settings = Settings(data=chosen.directory, rules=rules)
    with (
        wiring.open_house(settings) as house,
        multiprocessing.get_context("spawn").Pool(chosen.processes) as pool,
        ThreadPoolExecutor(_THREADS) as threads,
    ):
        for done, records in enumerate(
            pool.imap(partial(_decided, rules, chosen.refused), _chunks(chosen.records)), 1
        ):
            list(threads.map(house.audit.append, records))
            if done % 64 == 0:
                print(f"{done * _CHUNK} recorded", flush=True)
        print(f"{house.audit.size()} records in {chosen.directory}")


if __name__ == "__main__":
    main()
