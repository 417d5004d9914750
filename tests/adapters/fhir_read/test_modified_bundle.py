"""What changes the meaning of a Bundle or an entry changes that of every resource inside."""

import json
from typing import Any

import pytest

from pactolus_adapters.fhir.stored import stored_resources, written_bundle
from pactolus_engine.facts import Standing
from tests.adapters.fhir_read.build import bundle, facts, observation, places, quantity, written

MODIFIER = [{"url": "https://other.example/negated", "valueBoolean": True}]
RULES = "https://other.example/rules"
MRD = observation(valueQuantity=quantity("3", "[ppm]"))
CYCLES = observation("cycles", id="cycles-1", valueQuantity=quantity("6", "1"))


def _entry(**elements: Any) -> dict[str, Any]:
    sent = bundle(MRD, CYCLES)
    sent["entry"][0].update(elements)
    return sent


def _standings(sent: Any) -> dict[str, Standing]:
    found = facts(sent).readings
    return {one.fact: one.standing for one in found if one.fact in {"mrd", "induction-cycles"}}


UNREADABLE = {"mrd": Standing.UNREADABLE, "induction-cycles": Standing.UNREADABLE}
ONE = {"mrd": Standing.UNREADABLE, "induction-cycles": Standing.FINAL}
NONE = {"mrd": Standing.FINAL, "induction-cycles": Standing.FINAL}

MODIFIED = [
    (bundle(MRD, CYCLES), NONE),
    ({**bundle(MRD, CYCLES), "implicitRules": RULES}, UNREADABLE),
    ({**bundle(bundle(MRD, CYCLES)), "implicitRules": RULES}, UNREADABLE),
    (_entry(modifierExtension=MODIFIER), ONE),
    (_entry(request={"method": "PUT", "url": "Observation/mrd-1", "modifierExtension": MODIFIER}), ONE),
    (bundle(CYCLES) | {"entry": [{"resource": bundle(MRD), "modifierExtension": MODIFIER},
                                 {"resource": CYCLES}]}, ONE),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "expected"), MODIFIED)
def test_what_is_modified_from_outside_is_not_readable(sent: Any, expected: dict[str, Standing]) -> None:
    assert _standings(sent) == expected


@pytest.mark.parametrize(("sent", "expected"), MODIFIED)
def test_it_is_still_so_when_it_comes_out_of_a_record(sent: Any, expected: dict[str, Standing]) -> None:
    assert _standings(written_bundle(stored_resources((written(sent),)))) == expected


def test_a_modifier_of_the_resource_itself_is_kept() -> None:
    own = [{"url": "https://other.example/own", "valueBoolean": True}]
    sent = bundle({**MRD, "modifierExtension": own})
    sent["entry"][0]["modifierExtension"] = MODIFIER
    (one,) = stored_resources((written(sent),))
    assert json.loads(json.dumps(one.body["modifierExtension"])) == [*own, *MODIFIER]


def test_a_bundle_has_no_modifier_of_its_own_in_r4() -> None:
    sent = {**bundle(MRD), "modifierExtension": MODIFIER}
    assert places(sent)[0].startswith("resources_json[0].Bundle")
