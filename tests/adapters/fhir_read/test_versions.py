"""One version of each resource, one resource under each address, in whatever order they were sent."""

from itertools import permutations
from typing import Any

import pytest

from pactolus_adapters.fhir.resource import Resource, named
from pactolus_adapters.fhir.versions import newest
from pactolus_adapters.fhir.violations import Violations
from tests.adapters.fhir_read.build import bundle, facts, observation, quantity, violations

BASE = "https://ehr.example/fhir"
Version = tuple[str, str]
"""`versionId` and the day in February of `lastUpdated`; empty: not given."""


def _resource(version: Version) -> Resource:
    number, day = version
    meta = {"versionId": number} if number else {}
    meta |= {"lastUpdated": f"2026-02-{day}T00:00:00Z"} if day else {}
    body = observation(meta=meta, note=[{"text": f"{number} {day}"}])
    return named("Observation", body, f"place {number} {day}", "")


def _kept(versions: tuple[Version, ...]) -> set[Version | None]:
    """What is kept in each order of sending; None where the request is refused."""
    kept: set[Version | None] = set()
    for order in permutations(versions):
        found = Violations()
        (one,), _ = newest([_resource(version) for version in order], found)
        place = one.field.split(" ", 1)[1].split(" ")
        kept.add(None if len(found) else (place[0], place[1]))
    return kept


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ((("", "18"), ("2", "19"), ("3", "")), None),
        ((("1", ""), ("", "19")), None),
        ((("", ""), ("2", "19")), None),
        ((("3", "18"), ("", "19"), ("2", "20")), None),
        ((("3", "18"), ("2", "19")), None),
        ((("1", "20"), ("2", ""), ("3", "19")), None),
        ((("1", "18"), ("1", "19")), ("1", "19")),
        ((("1", "18"), ("", "19"), ("2", "20")), ("2", "20")),
        ((("1", "18"), ("2", ""), ("3", "19")), ("3", "19")),
        ((("9", ""), ("10", "")), ("10", "")),
        ((("1", "19"), ("2", "19"), ("3", "19")), ("3", "19")),
        ((("x", "18"), ("a", "19")), ("a", "19")),
    ],
)
def test_the_newest_is_kept_or_all_are_refused_in_every_order(
    versions: tuple[Version, ...], expected: Version | None
) -> None:
    assert _kept(versions) == {expected}


def _mrd(name: str, value: str, **more: Any) -> dict[str, Any]:
    return observation(id=name, valueQuantity=quantity(value, "[ppm]"), **more)


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("urls", [(f"{BASE}/Observation/a",) * 2, ("urn:uuid:0a", "urn:uuid:0a/_history/2")])
def test_two_resources_under_one_full_url_are_refused(urls: tuple[str, str], is_turned: bool) -> None:
    entries = [(urls[0], _mrd("a", "3")), (urls[1], _mrd("b", "30"))]
    found = violations(sent=bundle(*(reversed(entries) if is_turned else entries)))
    assert [one.field for one in found] == ["bundle_json.Bundle.entry[1].resource.Observation"]
    assert "bdl-7" in found[0].description


def test_two_versions_under_one_full_url_are_one_resource() -> None:
    url = f"{BASE}/Observation/a"
    versions = [_mrd("a", value, meta={"versionId": value}) for value in ("3", "4")]
    found = facts(sent=bundle(*((url, one) for one in versions)))
    assert {one.shown for one in found.readings if one.fact == "mrd"} == {"4 [ppm]"}
