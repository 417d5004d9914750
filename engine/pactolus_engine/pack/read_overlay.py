"""A site's overlay, read as strictly as the pack it belongs to; every place is one in the overlay."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import CodeSet, Coding, Parameter, Place
from pactolus_engine.pack.overlay import Overlay, SiteCode, SiteValue
from pactolus_engine.pack.read_approvals import without_approved_by
from pactolus_engine.pack.read_codes import read_codings
from pactolus_engine.pack.read_meta import Meta
from pactolus_engine.pack.schema import Fields, read_mapping
from pactolus_engine.pack.section import Section, read_section
from pactolus_engine.pack.shapes import OVERLAY, SITE_VALUE
from pactolus_engine.pack.yaml_source import Mapping, Node

__all__ = ["AddedCode", "ChosenValue", "ReadOverlay", "extended", "read_overlay"]

_SITE = "site"


@dataclass(frozen=True, slots=True)
class AddedCode:
    """A code that the overlay adds to a code set."""

    code_set: str
    coding: Coding
    place: Place


@dataclass(frozen=True, slots=True)
class ChosenValue:
    """A value that the overlay sets."""

    value: Decimal
    rationale: str
    place: Place


@dataclass(frozen=True, slots=True)
class ReadOverlay:
    """An overlay as far as it could be read; empty where there is none."""

    title: str = ""
    values: dict[str, ChosenValue] = field(default_factory=dict)
    codes: tuple[AddedCode, ...] = ()

    def overlay(self, digest: str) -> Overlay:
        """What the pack keeps of it; `digest`: what an approval of it covers."""
        values = {name: SiteValue(one.value, one.rationale) for name, one in sorted(self.values.items())}
        codes = (
            SiteCode(one.code_set, one.coding.system, one.coding.code, one.coding.display)
            for one in self.codes
        )
        return Overlay(self.title, values, tuple(sorted(codes)), digest)


def read_overlay(
    node: Node | None,
    meta: Meta | None,
    parameters: Section[Parameter],
    code_sets: Section[CodeSet],
    issues: Issues,
) -> ReadOverlay:
    """The overlay, checked against the pack it is for; None is a part that could not be read."""
    mapping = read_mapping(node, issues) if node else None
    if mapping is None:
        return ReadOverlay()
    fields = Fields(without_approved_by(mapping, issues), OVERLAY, issues)
    _check_pack(fields, meta, issues)
    title = fields.text("title")
    if not fields.has("parameters") and not fields.has("codes"):
        issues.add(mapping.place, "the overlay sets no parameter and adds no code")
    values = _values(fields.optional("parameters"), parameters, issues)
    codes = tuple(_codes(fields.optional("codes"), code_sets, issues))
    return ReadOverlay(title, values, codes)


def _check_pack(fields: Fields, meta: Meta | None, issues: Issues) -> None:
    """The overlay names the pack and its version: a value chosen for one may be wrong in another."""
    pack_id, version = fields.id("overlay-for"), fields.text("pack-version")
    if meta is None:
        return
    if pack_id and meta.id and pack_id != meta.id:
        place = _place(fields, "overlay-for")
        issues.add(place, "the overlay is for another pack", f"this pack is `{meta.id}`")
    elif version and meta.version and version != meta.version:
        advice = f"look at each value and code beside version `{meta.version}`, then write that"
        issues.add(_place(fields, "pack-version"), "the overlay is for another version of the pack", advice)


def _place(fields: Fields, key: str) -> Place:
    node = fields.optional(key)
    return node.place if node else fields.place


def _values(node: Node | None, parameters: Section[Parameter], issues: Issues) -> dict[str, ChosenValue]:
    def read(name: str, body: Mapping, place: Place) -> ChosenValue | None:
        parameter = parameters.find(name, place, issues)
        fields = Fields(body, SITE_VALUE, issues, place)
        value, rationale = fields.number("value"), fields.text("rationale")
        if parameter is not None and parameter.set_by != _SITE:
            issues.add(place, f"`{name}` is not for a site to set", "the pack says so in `set-by`")
        elif parameter is not None and value is not None and not parameter.low <= value <= parameter.high:
            unit = "" if parameter.unit == "1" else f" {parameter.unit}"
            advice = f"the pack allows {parameter.low} to {parameter.high}{unit}"
            issues.add(_place(fields, "value"), "the value lies outside the range of the parameter", advice)
        return None if value is None else ChosenValue(value, rationale, _place(fields, "value"))

    return read_section("value", node, issues, read).items if node else {}


def _codes(node: Node | None, code_sets: Section[CodeSet], issues: Issues) -> Iterator[AddedCode]:
    mapping = read_mapping(node, issues) if node else None
    for name, entry in mapping.entries.items() if mapping else ():
        code_set = code_sets.find(name, entry.key_place, issues)
        known = {(one.system, one.code) for one in code_set.codings} if code_set else set()
        for coding, place in read_codings(entry.value, issues):
            if (coding.system, coding.code) in known:
                issues.add(place, f"the code is in `{name}` of the pack already", "delete it here")
            if code_set is not None:
                yield AddedCode(name, coding, place)


def extended(code_sets: Section[CodeSet], codes: tuple[AddedCode, ...]) -> dict[str, CodeSet]:
    """The code sets of the pack with the codes of the site behind those of the pack."""
    added: dict[str, list[Coding]] = {}
    for one in codes:
        added.setdefault(one.code_set, []).append(one.coding)
    return {
        name: CodeSet(name, (*one.codings, *added.get(name, ())), one.implies)
        for name, one in code_sets.items.items()
    }
