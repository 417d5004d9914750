"""The small pack that the reader's tests start from, and how to change one thing in it."""

from pathlib import Path

from pactolus_engine.errors import PackInvalid
from pactolus_engine.pack.read import read_pack

FOLDER = Path(__file__).parent / "packs" / "minimal"


OVERLAY = b"""\
overlay-for: minimal
pack-version: 1.2.3
title: What a synthetic site sets and adds
parameters:
  minimum-cycles:
    value: 5
    rationale: this site counts five
  most-cycles:
    value: 8
    rationale: this site stops at eight
codes:
  mrd-result:
    - {system: "local:lab", code: MRD-F, display: MRD by our flow}
  relapse:
    - {system: "local:lab", code: REL}
"""
"""An overlay for `switched_files`, without a mistake."""

OFF_PARAMETER = b"""
most-cycles:
  title: Cycles beyond which nothing is offered
  unit: "1"
  default: off
  at-least: 1
  at-most: 70
  set-by: site
  sign-off: needed
  rationale: nobody knows
laboratory-limit:
  title: A number that is not for a site
  unit: d
  default: 3
  at-least: 1
  at-most: 90
  set-by: author
  sign-off: needed
  rationale: nobody knows
"""
"""A parameter without a default, and one that a site may not set."""

OFF_RULES = {
    "too-long": "title: Too long\ntext: Too many cycles.\nwhen: {defined: long}\neffect: hold\nrationale: r",
    "long": ("title: Long\nwhen: {fact: cycles, above: {parameter: most-cycles}}\neffect: {define: long}"),
    "cycles-not-told": (
        "title: No cycles\ntext: Not known.\nwhen: {fact: cycles, absent: true}\nneeds: [most-cycles]\n"
        "effect: {caveat: all}\nrationale: r"
    ),
}
"""Rules that need it: through a definition, in the condition, and by saying so."""


def switched_files() -> dict[str, bytes]:
    """The minimal pack with a parameter that has no value until a site sets one, and rules that need it."""
    files = minimal_files()
    files["parameters.yaml"] += OFF_PARAMETER
    rules = {name: f"id: {name}\n{text}\n".encode() for name, text in OFF_RULES.items()}
    return files | {f"rules/{name}.yaml": text for name, text in rules.items()}


def minimal_files() -> dict[str, bytes]:
    """The files of the minimal pack."""
    paths = [path for path in FOLDER.rglob("*") if path.is_file()]
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in paths}


def changed(*changes: tuple[str, str, str]) -> dict[str, bytes]:
    """The minimal pack with (file, old text, new text) replaced once each; the old text must be there."""
    files = minimal_files()
    for file, old, new in changes:
        text = files[file].decode()
        assert old in text, f"{old!r} is not in {file}"
        files[file] = text.replace(old, new, 1).encode()
    return files


def issues_of(files: dict[str, bytes], overlay: bytes | None = None) -> list[str]:
    """Every issue of a pack that is refused; empty when it is taken. Issues name the overlay `site.yaml`."""
    try:
        read_pack("minimal", files, overlay=None if overlay is None else ("site.yaml", overlay))
    except PackInvalid as error:
        return [str(issue) for issue in error.issues]
    return []
