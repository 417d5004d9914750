"""A pack in YAML, small enough to count its mutants by hand, with one part for every kind of mistake."""

import json
from collections.abc import Mapping

from pactolus_adapters.authoring.draft import Draft, read_draft

__all__ = ["lone_result", "one_rule_pack", "tiny_draft"]

_PACK = """\
id: tiny
version: 1.0.0
language: 1
title: Tiny
description: a pack for tests
evidence-as-of: 2026-01-01
review-by: 2027-12-31
"""

_FACTS = """\
mrd:
  title: MRD
  type: fraction
  unit: "1"
  at-least: 0
  at-most: 1
  suspect-from: 0.05
  absence: required
  several: agree
  read:
    resource: Observation
    codes: [mrd-flow]
    element: clone-fraction
    values: {detected: detected, not-detected: not-detected, indeterminate: indeterminate}
  only: {not: {fact: sample-date, absent: true}}
  prefer:
    - {fact: specimen, is: marrow}
  supply: send it
specimen:
  title: Specimen
  type: code
  values: [marrow, trephine, blood]
  absence: required
  of: mrd
  read: {element: specimen-type, values: {marrow: marrow, trephine: trephine, blood: blood}}
  supply: send it
sample-date:
  title: Day of the sample
  type: date
  absence: optional
  of: mrd
  read: {element: specimen-collected}
days-since-sample:
  title: Days since the sample
  type: integer
  unit: d
  at-least: -9999
  at-most: 9999
  absence: optional
  derive: {days-between: [sample-date, evaluation-date]}
cycles:
  title: Cycles
  type: integer
  unit: "1"
  at-least: 0
  at-most: 60
  absence: required
  read: {resource: Observation, codes: [cycles], element: value}
  supply: send it
drugs:
  title: Drugs
  type: set
  values: [isatuximab, carfilzomib, melphalan]
  absence: required
  several: union
  read:
    resource: MedicationStatement
    element: drug
    values: {isatuximab: isatuximab, carfilzomib: carfilzomib, melphalan: melphalan}
  supply: send it
relapse:
  title: Relapse
  type: boolean
  absence: assumed
  assume: "false"
  note: no relapse is recorded
  several: any
  read: {resource: Condition, codes: [relapse], element: presence}
imaging:
  title: Imaging
  type: code
  values: [positive, negative]
  absence: optional
  read: {resource: Observation, codes: [imaging], element: value, values: {positive: positive, negative: negative}}
trace:
  title: Trace
  type: code
  values: [positive, negative]
  absence: optional
  read: {resource: Observation, codes: [trace], element: value, values: {positive: positive, negative: negative}}
trace-date:
  title: Day of the trace
  type: date
  absence: optional
  of: trace
  read: {element: effective}
traces-clear:
  title: The last two traces are clear
  type: boolean
  absence: optional
  derive: {all-of-last: {count: 2, fact: trace, when: {defined: clear-trace}, days-apart: 10}}
"""

_CODES = """\
mrd-flow:
  codes:
    - {system: "http://loinc.org", code: 93021-4}
  implies: {specimen: marrow}
detected: {codes: [{system: "local:mrd", code: detected}]}
not-detected: {codes: [{system: "local:mrd", code: not-detected}]}
indeterminate: {codes: [{system: "local:mrd", code: indeterminate}]}
marrow: {codes: [{system: "local:mrd", code: marrow}]}
trephine: {codes: [{system: "local:mrd", code: trephine}]}
blood: {codes: [{system: "local:mrd", code: blood}]}
cycles: {codes: [{system: "local:mrd", code: cycles}]}
isatuximab: {codes: [{system: "local:drug", code: isatuximab}]}
carfilzomib: {codes: [{system: "local:drug", code: carfilzomib}]}
melphalan: {codes: [{system: "local:drug", code: melphalan}]}
relapse: {codes: [{system: "local:mrd", code: relapse}]}
imaging: {codes: [{system: "local:mrd", code: imaging}]}
trace: {codes: [{system: "local:mrd", code: trace}]}
positive: {codes: [{system: "local:mrd", code: positive}]}
negative: {codes: [{system: "local:mrd", code: negative}]}
"""

_PARAMETERS = """\
window:
  title: Days that a sample counts
  unit: d
  default: 42
  at-least: 1
  at-most: 90
  set-by: site
  sign-off: needed
  rationale: made for a test
"""

_OPTIONS = """\
{0}: {{title: {0}, description: an option, evidence: [trial], requests: [{{kind: service, text: {0}}}]}}
"""

_RULES = {
    "offer-more": "when: {fact: mrd, below: 1e-5}\neffect: {offer: more}",
    "offer-transplant": "when: {not: {fact: mrd, below: 1e-5}}\neffect: {offer: transplant}",
    "status-negative": "when: {fact: mrd, below: 1e-5}\neffect: {conclude: status, value: negative}",
    "status-positive": "when: {fact: mrd, at-least: 1e-5}\neffect: {conclude: status, value: positive}",
    "too-few-cycles": "when: {fact: cycles, below: 6}\neffect: exclude",
    "sample-too-old": "when: {fact: days-since-sample, above: {parameter: window}}\neffect: exclude",
    "other-specimen": "when: {fact: specimen, in: [trephine, blood]}\neffect: exclude",
    "relapse-recorded": 'when: {fact: relapse, is: "true"}\neffect: exclude',
    "other-drugs": (
        "when: {not: {any: [{fact: drugs, is-set: [isatuximab, carfilzomib]}, {fact: cycles, below: 2}]}}\n"
        "effect: exclude"
    ),
    "look-at-it": (
        "when:\n  any:\n    - {fact: mrd, status: [unreadable, disagreeing]}\n"
        "    - {fact: cycles, status: unreadable}\neffect: conflict"
    ),
    "clear-trace": "when: {fact: trace, is: negative}\neffect: {define: clear-trace}",
    "traces-were-clear": 'when: {fact: traces-clear, is: "true"}\neffect: {caveat: all}',
    "imaging-against-marrow": (
        "when: {all: [{fact: imaging, is: positive}, {fact: cycles, at-least: 1}]}\neffect: {caveat: [more]}"
    ),
}


def tiny_draft(
    cases: Mapping[str, str],
    resources: Mapping[str, bytes] | None = None,
    more: Mapping[str, bytes] | None = None,
) -> Draft:
    """The pack with these cases (file name without `.yaml` → text), the FHIR files beside them, and `more`."""
    files = {
        "pack.yaml": _PACK,
        "facts.yaml": _FACTS,
        "codes.yaml": _CODES,
        "parameters.yaml": _PARAMETERS,
        "evidence.yaml": "trial: {citation: A trial, statement: made for a test}\n",
        "options.yaml": "".join(_OPTIONS.format(option) for option in ("more", "transplant")),
        **{f"rules/{name}.yaml": _rule(name, body) for name, body in _RULES.items()},
        **{f"cases/{name}.yaml": text for name, text in cases.items()},
    }
    beside = {f"cases/{name}": content for name, content in (resources or {}).items()}
    return read_draft(
        "tiny", {name: text.encode() for name, text in files.items()} | beside | dict(more or {})
    )


def _rule(name: str, body: str) -> str:
    return f"id: {name}\ntitle: {name}\ntext: why\nrationale: made for a test\n{body}\n"


def one_rule_pack(cases: Mapping[str, str], more: Mapping[str, str] | None = None) -> Draft:
    """A pack of one fact, `cycles`, and one rule, `enough`: six or more conclude `cycles: enough`."""
    facts = _FACTS[_FACTS.index("cycles:") : _FACTS.index("drugs:")]
    rule = _rule("enough", "when: {fact: cycles, at-least: 6}\neffect: {conclude: cycles, value: enough}")
    files = {
        "pack.yaml": _PACK,
        "facts.yaml": facts,
        "codes.yaml": 'cycles: {codes: [{system: "local:mrd", code: cycles}]}\n',
        "rules/enough.yaml": rule,
        **{f"cases/{name}.yaml": text for name, text in cases.items()},
        **(more or {}),
    }
    return read_draft("tiny", {name: text.encode() for name, text in files.items()})


def lone_result(value: str) -> bytes:
    """A result by flow cytometry and the cycles, as FHIR; `value` is a fraction of 1."""
    quantity = {"value": "VALUE", "system": "http://unitsofmeasure.org", "code": "1"}
    result = _observation("mrd", "http://loinc.org", "93021-4") | {"valueQuantity": quantity}
    local = "https://pactolus.example/fhir/CodeSystem/mrd"
    cycles = _observation("cycles", local, "cycles") | {"valueInteger": 6}
    return json.dumps([result, cycles]).replace('"VALUE"', value).encode()


def _observation(name: str, system: str, code: str) -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": {"coding": [{"system": system, "code": code}]},
        "subject": {"reference": "Patient/synthetic"},
        "effectiveDateTime": "2026-02-20",
    }
