"""What one line of FHIR Bulk Data is: whose, called what, referring to what; or what is wrong with it.

Only what decides to which patient a line goes is judged here. Everything else is left to the reader of requests,
which refuses the patient's request with all that is wrong in it. Source: FHIR R4, HL7 Bulk Data Access IG.
"""

import json
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from pactolus_adapters.fhir.r4_codes import R4_ONLY_TYPES
from pactolus_adapters.fhir.r4_shape import model_of
from pactolus_adapters.fhir.violations import READ_TYPES

__all__ = ["ANYBODYS", "BulkLine", "Trouble", "bulk_line", "trouble_text"]

ANYBODYS: Final = frozenset({"Medication"})
"""Types that are read and are about no patient: many patients may refer to the same one."""

_OWNED: Final = READ_TYPES - ANYBODYS - {"Patient"}
_ROUTING: Final = ("resourceType", "id", "subject", "reference")


class Trouble(IntEnum):
    """Why a line goes to no patient; the number is kept on disk. 0 means that it went to one after all."""

    TOO_LONG = 1
    NOT_UTF_8 = 2
    BYTE_ORDER_MARK = 3
    NOT_JSON = 4
    NO_RESOURCE = 5
    UNKNOWN_TYPE = 6
    BUNDLE = 7
    PATIENT_WITHOUT_ID = 8
    TWO_OF_A_NAME = 9
    SUBJECT_UNCLEAR = 10
    NOBODY = 11
    SEVERAL = 12


_TEXTS: Final = {
    Trouble.TOO_LONG: "is expected to have at most {most} bytes, as many as a request may have",
    Trouble.NOT_UTF_8: "is not UTF-8",
    Trouble.BYTE_ORDER_MARK: "begins with a byte order mark; UTF-8 without one is expected",
    Trouble.NOT_JSON: "is not JSON that can be read; one resource is expected on a line",
    Trouble.NO_RESOURCE: "is no FHIR resource: an object with a `resourceType` is expected",
    Trouble.UNKNOWN_TYPE: "is of a `resourceType` that FHIR R4 does not have",
    Trouble.BUNDLE: "is a Bundle; Bulk Data files hold other resources, Bundles are read from a folder of their own",
    Trouble.PATIENT_WITHOUT_ID: "is a Patient without `id`",
    Trouble.TWO_OF_A_NAME: "holds an object with two members called `resourceType`, `id`, `subject` or `reference`",
    Trouble.SUBJECT_UNCLEAR: "has a `subject` that names no patient; a `reference` to `Patient/id` is expected",
    Trouble.NOBODY: "has no `subject`, and no resource with one refers to it",
    Trouble.SEVERAL: "has no `subject`, and resources of several patients refer to it",
}


def trouble_text(trouble: Trouble, most: int) -> str:
    """What is wrong, as the end of a sentence that begins with the place. `most`: bytes that a line may have."""
    return _TEXTS[trouble].format(most=most)


@dataclass(frozen=True, slots=True)
class BulkLine:
    """What a line is: exactly one of `patient`, `trouble`, `passed_over` is set, or none when it has no `subject`.

    `patient`: the id of the patient it belongs to. `name`: its own `Type/id`, empty without an id. `refers_to`: the
    `Type/id` of resources that it refers to and that may have no subject. `passed_over`: why it belongs to no patient.
    """

    name: str = ""
    patient: str = ""
    refers_to: tuple[str, ...] = ()
    trouble: Trouble | None = None
    passed_over: str = ""

    @property
    def is_anybodys(self) -> bool:
        """Whether several patients may refer to it."""
        return self.name.partition("/")[0] in ANYBODYS


@dataclass(slots=True)
class _Parser:
    """Makes objects for the JSON parser, and notes the references in them."""

    references: list[str] = field(default_factory=list)
    is_ambiguous: bool = False

    def object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            names = [name for name, _ in pairs]
            self.is_ambiguous |= any(names.count(name) > 1 for name in _ROUTING)
        written = made.get("reference")
        if isinstance(written, str):
            self.references.append(written)
        return made


def bulk_line(content: bytes) -> BulkLine:
    """What the line is."""
    parser = _Parser()
    try:
        text = content.decode("utf-8")
        body = json.loads(
            text,
            object_pairs_hook=parser.object,
            parse_float=_left_out,
            parse_int=_left_out,
            parse_constant=_left_out,
        )
    except UnicodeDecodeError:
        return BulkLine(trouble=Trouble.NOT_UTF_8)
    except (ValueError, RecursionError):
        is_mark = content.startswith(b"\xef\xbb\xbf")
        return BulkLine(trouble=Trouble.BYTE_ORDER_MARK if is_mark else Trouble.NOT_JSON)
    if parser.is_ambiguous:
        return BulkLine(trouble=Trouble.TWO_OF_A_NAME)
    return _of_resource(body, parser.references)


def _left_out(_number: str) -> None:
    """No number says whose a line is, so none is read: one may be too long to be converted."""


def _of_resource(body: Any, references: list[str]) -> BulkLine:
    kind = body.get("resourceType") if isinstance(body, dict) else None
    if not isinstance(kind, str) or not kind:
        return BulkLine(trouble=Trouble.NO_RESOURCE)
    if kind == "Bundle":
        return BulkLine(trouble=Trouble.BUNDLE)
    if kind not in READ_TYPES:
        is_known = _is_r4(kind)
        return BulkLine(passed_over=kind) if is_known else BulkLine(trouble=Trouble.UNKNOWN_TYPE)
    own = body.get("id")
    own = own if isinstance(own, str) else ""
    if kind == "Patient":
        return BulkLine(patient=own) if own else BulkLine(trouble=Trouble.PATIENT_WITHOUT_ID)
    return _owned(body, kind, f"{kind}/{own}" if own else "", references)


def _owned(body: dict[str, Any], kind: str, name: str, references: list[str]) -> BulkLine:
    """Of a resource that is about a patient, or goes along with one."""
    if kind in ANYBODYS:
        return BulkLine(name) if name else BulkLine(passed_over=kind)
    if "subject" not in body:
        return BulkLine(name) if name else BulkLine(trouble=Trouble.NOBODY)
    subject = body["subject"]
    written = subject.get("reference") if isinstance(subject, dict) else None
    about, whose = _split(written) if isinstance(written, str) else ("", "")
    if about == "Patient":
        return BulkLine(name, whose, _of_others(references))
    if about and _is_r4(about):
        return BulkLine(passed_over=f"{kind} about a {about}")
    return BulkLine(trouble=Trouble.SUBJECT_UNCLEAR)


def _split(reference: str) -> tuple[str, str]:
    """Type and id of a reference, without the server's address and the version; empty where it has none."""
    *_, kind, own = ("", *reference.partition("/_history/")[0].split("/"))
    return (kind, own) if own else ("", "")


def _of_others(references: list[str]) -> tuple[str, ...]:
    """Those that may mean a resource without subject, each once."""
    parts = (_split(written) for written in references)
    return tuple({f"{kind}/{own}": None for kind, own in parts if kind in _OWNED or kind in ANYBODYS})


def _is_r4(kind: str) -> bool:
    return kind in READ_TYPES or kind in R4_ONLY_TYPES or model_of(kind) is not None
