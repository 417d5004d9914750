"""A rules folder with a small pack and a later version of it, and patients whose MRD lies where the two differ."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from shutil import copytree

from pactolus.v1.evaluation_service_pb2 import EvaluateRequest, PackSelector
from pactolus_adapters.authoring.new_pack import new_pack
from tests.support.examples import instant

__all__ = ["AFTER", "BEFORE", "PACK", "mrd_request", "small_rules"]

PACK, BEFORE, AFTER = "follow-up", "0.1.0", "0.2.0"
"""The pack and its versions: `AFTER` offers below 1e-4, `BEFORE` below 1e-5."""


def small_rules(rules: Path) -> Path:
    """Writes both versions into a new rules folder."""
    before = new_pack(PACK, rules, date(2026, 3, 1))
    after = copytree(before, rules / f"{PACK}-next")
    for file, old, new in (
        ("pack.yaml", f"version: {BEFORE}", f"version: {AFTER}"),
        ("rules/offer-go-on.yaml", "below: 1e-5}", "below: 1e-4}"),
    ):
        text = (after / file).read_text()
        assert text.count(old) == 1
        (after / file).write_text(text.replace(old, new))
    return rules


def mrd_request(number: int, mrd: Decimal, version: str = BEFORE) -> EvaluateRequest:
    """A patient of their own with one MRD of marrow, as a fraction."""
    resources = [
        {"resourceType": "Patient", "id": f"synthetic-{number}"},
        {
            "resourceType": "Specimen",
            "id": f"marrow-{number}",
            "type": {"coding": [{"system": "http://snomed.info/sct", "code": "396997002"}]},
        },
        {
            "resourceType": "Observation",
            "id": f"mrd-{number}",
            "status": "final",
            "code": {
                "coding": [{"system": "https://pactolus.example/fhir/CodeSystem/mrd", "code": "mrd-ngs"}]
            },
            "subject": {"reference": f"Patient/synthetic-{number}"},
            "effectiveDateTime": "2026-02-10",
            "specimen": {"reference": f"Specimen/marrow-{number}"},
            "valueQuantity": {"value": "VALUE", "system": "http://unitsofmeasure.org", "code": "%"},
        },
    ]
    # As text, because a number of JSON is a binary one in Python.
    texts = [json.dumps(one).replace('"VALUE"', f"{mrd.scaleb(2):f}") for one in resources]
    return EvaluateRequest(
        resources_json=[text.encode() for text in texts],
        evaluation_time=instant(),
        pack=PackSelector(id=PACK, version=version),
    )
