"""A small pack as files, for what is done with folders: a threshold, a set minimum, a definition, an assumption."""

from collections.abc import Mapping
from pathlib import Path

__all__ = ["SMALL", "write_pack"]

_FACTS = """\
mrd:
  title: MRD
  type: fraction
  unit: "1"
  at-least: 0
  at-most: 1
  absence: required
  read: {resource: Observation, codes: [mrd], element: value}
  supply: send it
grafts:
  title: Grafts
  type: integer
  unit: "1"
  at-least: 0
  at-most: 20
  absence: optional
  read: {resource: Observation, codes: [grafts], element: value}
  supply: send it
declined:
  title: Declined
  type: boolean
  absence: assumed
  assume: "false"
  note: nobody says that it is declined
  read: {resource: Observation, codes: [declined], element: value}
  supply: send it
lvef:
  title: LVEF
  type: quantity
  unit: "%"
  at-least: 0
  at-most: 100
  absence: optional
  read: {resource: Observation, codes: [lvef], element: value}
  supply: send it
"""

_CODES = "\n".join(
    f"{name}:\n  codes:\n    - {{system: 'local:x', code: {name}, display: {name}}}"
    for name in ("mrd", "grafts", "declined", "lvef")
)


def _rule(name: str, when: str, effect: str) -> str:
    return (
        f"id: {name}\ntitle: Title of {name}\ntext: Text\nwhen: {when}\neffect: {effect}\nrationale: made\n"
    )


SMALL: Mapping[str, str] = {
    "pack.yaml": (
        "id: small\nversion: 1.0.0\nlanguage: 1\ntitle: Small\ndescription: Small\n"
        "evidence-as-of: 2026-01-01\nreview-by: 2027-12-31\n"
    ),
    "facts.yaml": _FACTS,
    "codes.yaml": _CODES,
    "parameters.yaml": (
        'lvef-minimum:\n  title: Least LVEF\n  unit: "%"\n  default: off\n  at-least: 30\n  at-most: 60\n'
        "  set-by: site\n  sign-off: needed\n  rationale: made\n"
    ),
    "options.yaml": (
        "graft:\n  title: Graft\n  description: Graft\n  evidence: [made]\n  requests:\n    - {kind: service, text: Graft}\n"
    ),
    "evidence.yaml": "made:\n  citation: Made up\n  statement: nothing\n",
    "rules/negative.yaml": (
        "id: negative\ntitle: Negative\nwhen: {fact: mrd, below: 1e-5}\neffect: {define: negative}\n"
    ),
    "rules/offered.yaml": _rule("offered", "{not: {defined: negative}}", "{offer: graft}"),
    "rules/no-graft.yaml": _rule(
        "no-graft", "{any: [{fact: grafts, below: 2}, {fact: declined, is: 'true'}]}", "{block: graft}"
    ),
    "rules/weak-heart.yaml": _rule(
        "weak-heart", "{fact: lvef, below: {parameter: lvef-minimum}}", "{block: graft}"
    ),
    "cases/positive.yaml": (
        "name: positive, two grafts\nat: 2026-03-01T09:00:00Z\nfacts: {mrd: 2e-4, grafts: 2, declined: false}\n"
        "expect: {outcome: OFFER, options: [graft], reasons: [offered], fired: [offered]}\n"
    ),
    "cases/negative.yaml": (
        "name: negative\nat: 2026-03-01T09:00:00Z\nfacts: {mrd: 2e-6, grafts: 2, declined: false}\n"
        "expect: {outcome: OUT_OF_SCOPE, options: []}\n"
    ),
    "cases/site.overlay.yaml": (
        "overlay-for: small\npack-version: 1.0.0\ntitle: Site\nparameters:\n"
        "  lvef-minimum: {value: 40, rationale: made}\n"
    ),
    "cases/site-minimum.yaml": (
        "name: at the site's minimum\nat: 2026-03-01T09:00:00Z\noverlay: site.overlay.yaml\n"
        "facts: {mrd: 2e-4, grafts: 2, declined: false, lvef: 40}\n"
        "expect: {outcome: OFFER, options: [graft], not-fired: [weak-heart]}\n"
    ),
}
"""Name in the pack → text. Everything passes."""


def write_pack(folder: Path, files: Mapping[str, str] = SMALL, **changed: str) -> Path:
    """Writes the pack; `changed`: file → text, `__` for `/` and `_` for `-`, without `.yaml`."""
    own = {f"{name.replace('__', '/').replace('_', '-')}.yaml": text for name, text in changed.items()}
    for name, text in {**files, **own}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder
