"""The 13 source attributes of an evidence-based decision support intervention, from the pack itself.

Whether a pack uses the sex, the date of birth, the health status of a patient and so on is not typed in:
it follows from what its facts are read from. Only `Patient.birthDate` is an element of its own in the
rule language; all else is an Observation or a Condition that a code names, so the codes of the pack are
looked up in the table below. A code that the table does not know cannot be found, and the text of "not used"
says so. Source: 45 CFR 170.315(b)(11)(iv)(A). The LOINC numbers are those of USCDI data elements and of common
assessments, from memory, checked by their check digits; ICD-10-CM Z55 to Z65 are the social determinants.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pactolus_adapters.fhir.write_sentences import approval, link_of
from pactolus_engine.pack.model import Coding, Fact, Pack

__all__ = ["SourceAttribute", "source_attributes"]


@dataclass(frozen=True, slots=True)
class SourceAttribute:
    """One attribute: its number in the rule (1 to 13), a name for programs, a title, its value."""

    number: int
    name: str
    title: str
    value: str


_LOINC = "http://loinc.org"
_SOCIAL = tuple(f"Z{number}" for number in (55, 56, 57, 58, 59, 60, 62, 63, 64, 65))
_USES: Mapping[str, tuple[str, frozenset[str], frozenset[str]]] = MappingProxyType(
    {
        "race": ("Use of race", frozenset(), frozenset({"32624-9", "72826-1"})),
        "ethnicity": ("Use of ethnicity", frozenset(), frozenset({"56051-6", "69490-1"})),
        "language": ("Use of language", frozenset(), frozenset({"54899-0"})),
        "sexual-orientation": ("Use of sexual orientation", frozenset(), frozenset({"76690-7"})),
        "gender-identity": ("Use of gender identity", frozenset(), frozenset({"76691-5"})),
        "sex": ("Use of sex", frozenset(), frozenset({"46098-0", "72143-1", "76689-9"})),
        "date-of-birth": ("Use of date of birth", frozenset({"birth-date"}), frozenset({"21112-8"})),
        "social-determinants": (
            "Use of social determinants of health data",
            frozenset(),
            frozenset(
                {"67875-5", "71802-3", "82589-3", "88122-7", "88123-5", "93025-5", "93030-5", "96777-8"}
            ),
        ),
        "health-status": (
            "Use of health status assessments data",
            frozenset(),
            frozenset({"11367-0", "44249-1", "55757-9", "68516-4", "72133-2", "72166-2", "75626-2"})
            | frozenset({"82667-7", "82810-3", "89243-0", "89247-1"}),
        ),
    }
)
"""Attribute → title, elements that are it, LOINC numbers that are it."""

_LOCAL_CODES: Mapping[tuple[str, str], str] = MappingProxyType({("local:mrd", "pregnancy"): "health-status"})
"""Codes of the local code systems that are one of them: USCDI counts pregnancy among the health status."""

_NO_FACT = "not used: no fact of the pack is read from it, by the elements and codes that are known for it"


def source_attributes(pack: Pack) -> tuple[SourceAttribute, ...]:
    """All 13, in the order of the rule; what the pack does not say is "unknown"."""
    said = [
        ("bibliographic-citation", "Bibliographic citation of the intervention", _citations(pack)),
        ("developer", "Developer of the intervention", pack.developer or _unknown("developer")),
        (
            "funding-source",
            "Funding source of the technical implementation",
            pack.funding or _unknown("funding"),
        ),
        ("release-and-revision-dates", "Release and revision dates", _dates(pack)),
    ]
    said += [(f"use-of-{name}", title, _use(pack, name)) for name, (title, _, _) in _USES.items()]
    return tuple(SourceAttribute(number, *one) for number, one in enumerate(said, start=1))


def _unknown(key: str) -> str:
    return f"unknown: the pack does not say (`{key}` in pack.yaml)"


def _citations(pack: Pack) -> str:
    lines = [f"{one.citation} {link_of(one)}".strip() for one in pack.evidence.values()]
    return "; ".join(lines) or "none: the pack names no source"


def _dates(pack: Pack) -> str:
    return (
        f"version {pack.version}; evidence as of {pack.evidence_as_of.isoformat()}; to be reviewed by "
        f"{pack.review_by.isoformat()}; day of release: unknown, the pack does not say. {approval(pack)}"
    )


def _use(pack: Pack, attribute: str) -> str:
    """The facts that are read from it, with those that are derived from them; or that there are none."""
    read = [fact.id for fact in pack.facts.values() if _is_of(pack, fact, attribute)]
    if not read:
        return _NO_FACT
    by_way_of = [
        fact.id for fact in pack.facts.values() if fact.derivation and set(fact.derivation.inputs) & set(read)
    ]
    derived = f"; by way of it: {', '.join(by_way_of)}" if by_way_of else ""
    return f"used: {', '.join(read)}{derived}"


def _is_of(pack: Pack, fact: Fact, attribute: str) -> bool:
    _, elements, _ = _USES[attribute]
    if fact.binding is None:
        return False
    sets = (*fact.binding.codes, *fact.binding.values.values(), *fact.binding.components.values())
    codings = (coding for name in sets if name in pack.code_sets for coding in pack.code_sets[name].codings)
    return fact.binding.element in elements or any(_means(coding, attribute) for coding in codings)


def _means(coding: Coding, attribute: str) -> bool:
    if coding.system == _LOINC:
        return coding.code in _USES[attribute][2]
    is_social = coding.system.endswith("/icd-10-cm") and coding.code[:3] in _SOCIAL
    return (is_social and attribute == "social-determinants") or (
        _LOCAL_CODES.get((coding.system, coding.code)) == attribute
    )
