"""Validates one resource as FHIR R4: the models of `fhir.resources`, and what they let pass.

The R4B models read R4 JSON of the types used here. Their own messages repeat values and are never
shown: a violation names the place and says in fixed words what FHIR expects there.
"""

import re
from typing import Any

from pydantic import ValidationError

from pactolus_adapters.fhir.r4_invariants import check_invariants
from pactolus_adapters.fhir.r4_shape import check_resource, model_of
from pactolus_adapters.fhir.violations import READ_TYPES, Violations

__all__ = ["check_r4", "warm_up"]

_MODEL_NAMES = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,60}")

_MOST_TRANSLATED = 200


def check_r4(body: dict[str, Any], path: str, found: Violations) -> None:
    """Adds every violation of FHIR R4 in a resource whose type is read, or in a Bundle.

    What the entries of a Bundle hold is not looked at: each is a resource of its own.
    """
    model = model_of(body["resourceType"])
    before = len(found)
    check_resource(model, body, path, found)
    if found.is_full:
        return
    check_invariants(_without_entries(body), path, found)
    _check_model(model, _without_entries(body), path, found, len(found) > before)


def warm_up() -> None:
    """Builds the tables and validators of all types that are read, so that no request waits for it."""
    for name in sorted({*READ_TYPES, "Bundle"}):
        found = Violations()
        check_r4({"resourceType": name}, name, found)


def _without_entries(body: dict[str, Any]) -> dict[str, Any]:
    entries = body.get("entry")
    if body["resourceType"] != "Bundle" or not isinstance(entries, list):
        return body
    kept = [
        {key: value for key, value in entry.items() if key != "resource"} if isinstance(entry, dict) else {}
        for entry in entries
    ]
    return {**body, "entry": kept}


def _check_model(
    model: Any, body: dict[str, Any], path: str, found: Violations, is_known_wrong: bool
) -> None:
    try:
        model.model_validate(body)
    except ValidationError as error:
        _translate(error, path, found, is_known_wrong)
    except Exception:  # noqa: BLE001 - the models raise what they like on a shape they do not expect
        if not is_known_wrong:
            found.add(path, "is not a resource that the FHIR R4 models can read")


def _translate(error: ValidationError, path: str, found: Violations, is_known_wrong: bool) -> None:
    """Once the shape is known to be wrong, only errors of the text of an element add anything."""
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    for one in errors[:_MOST_TRANSLATED]:
        is_text = one["type"] in {"string_pattern_mismatch", "url_parsing", "uuid_parsing"}
        place = _place(path, one["loc"])
        if is_known_wrong and (not is_text or found.is_place_taken(place)):
            continue
        found.add(place, "does not have the form that its FHIR R4 data type requires")


def _place(path: str, location: tuple[int | str, ...]) -> str:
    place = path
    for step in location:
        if isinstance(step, int):
            place = f"{place}[{step}]"
        elif _MODEL_NAMES.fullmatch(step) and step != "root":
            place = f"{place}.{step}"
    return place
