"""From the files of a pack to a `Pack`: everything checked, all mistakes at once, or nothing.

sizes → YAML nodes → metadata, evidence, codes, parameters → the site's overlay → options → facts →
rules → what they say of each other → cases → digest. Pure: the bytes come in from outside.
"""

import re
from collections.abc import Mapping as NameMap
from dataclasses import dataclass
from decimal import Decimal

from pactolus_engine.decision import Evidence
from pactolus_engine.pack.check_facts import (
    check_fact_cycles,
    check_fact_references,
    part,
    read_fact_conditions,
)
from pactolus_engine.pack.check_overlay import check_meanings
from pactolus_engine.pack.check_rules import check_definitions, check_shared_inputs, definitions
from pactolus_engine.pack.digest import pack_digest
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import CodeSet, Fact, Option, Pack, Parameter, Place, Rule, RuleOff
from pactolus_engine.pack.over_samples import check_over_samples, read_sample_conditions
from pactolus_engine.pack.read_cases import CaseScope, is_case, is_case_overlay, read_case_nodes
from pactolus_engine.pack.read_codes import check_implied_values, read_code_sets
from pactolus_engine.pack.read_conditions import Scope
from pactolus_engine.pack.read_evidence import read_evidence
from pactolus_engine.pack.read_facts import read_facts
from pactolus_engine.pack.read_meta import Meta, read_meta
from pactolus_engine.pack.read_options import read_options
from pactolus_engine.pack.read_overlay import ReadOverlay, extended, read_overlay
from pactolus_engine.pack.read_parameters import parameters_in_force, read_parameters
from pactolus_engine.pack.read_rules import declared_definitions, read_rules
from pactolus_engine.pack.schema import is_id
from pactolus_engine.pack.section import Section
from pactolus_engine.pack.source_text import check_sizes
from pactolus_engine.pack.switches import Switches
from pactolus_engine.pack.yaml_source import Mapping, Node, Scalar, compose

__all__ = ["OverlayFile", "declared_id", "read_pack"]

OverlayFile = tuple[str, bytes]
"""The name of an overlay, as issues show it, and its content."""

_REQUIRED = ("pack.yaml", "facts.yaml")
_OPTIONAL = ("codes.yaml", "parameters.yaml", "options.yaml", "evidence.yaml")
_README = "README.md"
_RESOURCES = re.compile(r"cases/[A-Za-z0-9][A-Za-z0-9._-]*\.json")
_CASE_OVERLAY = re.compile(r"cases/([^/]+)\.overlay\.yaml")
_NAMED = re.compile(r"(?:rules|cases)/([^/]+)\.yaml")


def read_pack(name: str, files: NameMap[str, bytes], *, overlay: OverlayFile | None = None) -> Pack:
    """Reads a pack whole, or raises `PackInvalid` with every mistake and its place.

    `name` is what the pack is called in the error; `files` maps names relative to the pack's folder,
    with `/`, to contents. `overlay` is what the site sets and adds; with a mistake in it the pack is
    refused too.
    """
    issues = Issues()
    if not check_sizes({**files, overlay[0]: overlay[1]} if overlay else files, issues):
        issues.raise_if_any(name)
    _check_names(files, issues)
    parts = _read_parts(files, overlay, issues)
    issues.raise_if_any(name)
    return _pack(parts, files, overlay)


def declared_id(files: NameMap[str, bytes]) -> str:
    """The id of a pack as its `pack.yaml` says it, to find its overlay before it is read; empty when
    it says none."""
    issues = Issues()
    own = {file: content for file, content in files.items() if file == "pack.yaml"}
    node = compose("pack.yaml", own["pack.yaml"], issues) if own and check_sizes(own, issues) else None
    pack_id = part(node, "id")
    return pack_id.text.strip() if isinstance(pack_id, Scalar) and is_id(pack_id.text.strip()) else ""


def _check_names(files: NameMap[str, bytes], issues: Issues) -> None:
    for file in files:
        if not _is_pack_file(file):
            shown = re.sub(r"[^A-Za-z0-9._/-]", "?", file)
            issues.add(Place(shown, 1, 1), "no such file belongs to a pack", "see the table of files")
    for file in _REQUIRED:
        if file not in files:
            issues.add(Place(file, 1, 1), "the file is missing")
    if not any(file.startswith("rules/") for file in files):
        issues.add(Place("pack.yaml", 1, 1), "the pack has no rules")


def _is_pack_file(file: str) -> bool:
    if file in {*_REQUIRED, *_OPTIONAL, _README} or _RESOURCES.fullmatch(file):
        return True
    named = _CASE_OVERLAY.fullmatch(file) or _NAMED.fullmatch(file)
    return named is not None and is_id(named[1])


@dataclass(frozen=True, slots=True)
class _Parts:
    """The pack in parts, before it is known that all of them are good."""

    meta: Meta | None
    evidence: Section[Evidence]
    code_sets: Section[CodeSet]
    parameters: Section[Parameter]
    values: dict[str, Decimal]
    options: Section[Option]
    facts: Section[Fact]
    rules: Section[Rule]
    rules_off: dict[str, RuleOff]
    overlay: ReadOverlay


def _read_parts(files: NameMap[str, bytes], overlay_file: OverlayFile | None, issues: Issues) -> _Parts:
    nodes = _nodes(files, issues)
    meta_node = nodes["pack.yaml"]
    meta = read_meta(meta_node, issues) if meta_node else None
    evidence = read_evidence(nodes["evidence.yaml"], issues)
    code_sets = read_code_sets(nodes["codes.yaml"], issues)
    parameters = read_parameters(nodes["parameters.yaml"], issues)
    site = compose(*overlay_file, issues) if overlay_file else None
    overlay = read_overlay(site, meta, parameters, code_sets, issues)
    chosen = {name: one.value for name, one in overlay.values.items()}
    values = parameters_in_force(parameters, chosen)
    options = read_options(nodes["options.yaml"], evidence, issues)
    facts = read_facts(nodes["facts.yaml"], code_sets, issues)
    rule_nodes = {file: node for file, node in nodes.items() if file.startswith("rules/")}
    places = {name: one.place for name, one in overlay.values.items()}
    scope = Scope(facts, declared_definitions(rule_nodes, issues), parameters, values, places)
    rules = read_rules(rule_nodes, scope, options, evidence, issues)
    read_fact_conditions(nodes["facts.yaml"], facts, scope, issues)
    read_sample_conditions(nodes["facts.yaml"], facts, scope, issues)
    rules_off = _check_meaning(nodes, facts, rules, scope, issues)
    for held in (overlay, *_case_overlays(nodes, meta, parameters, code_sets, issues)):
        check_meanings(held.codes, facts.items, extended(code_sets, held.codes), issues)
    case_nodes = {file: node for file, node in nodes.items() if is_case(file)}
    read_case_nodes(case_nodes, CaseScope(facts, options, rules, frozenset(files)), issues)
    return _Parts(meta, evidence, code_sets, parameters, values, options, facts, rules, rules_off, overlay)


def _nodes(files: NameMap[str, bytes], issues: Issues) -> dict[str, Node | None]:
    """The node of every YAML file; a file that may be left out is then an empty map."""
    nodes: dict[str, Node | None] = dict.fromkeys(_REQUIRED)
    nodes |= {file: Mapping({}, Place(file, 1, 1)) for file in _OPTIONAL}
    for file in sorted(files):
        if file.endswith(".yaml") and _is_pack_file(file):
            nodes[file] = compose(file, files[file], issues)
    return nodes


def _case_overlays(
    nodes: NameMap[str, Node | None],
    meta: Meta | None,
    parameters: Section[Parameter],
    code_sets: Section[CodeSet],
    issues: Issues,
) -> list[ReadOverlay]:
    """The overlays of cases, none of which is in force here."""
    own = [node for file, node in nodes.items() if is_case_overlay(file)]
    return [read_overlay(node, meta, parameters, code_sets, issues) for node in own]


def _check_meaning(
    nodes: NameMap[str, Node | None],
    facts: Section[Fact],
    rules: Section[Rule],
    scope: Scope,
    issues: Issues,
) -> dict[str, RuleOff]:
    """What only shows when the parts are seen together; gives the rules that are off."""
    check_fact_references(nodes["facts.yaml"], facts, issues)
    check_implied_values(nodes["codes.yaml"], facts, issues)
    if not check_definitions(rules.items, issues):
        return {}
    check_over_samples(nodes["facts.yaml"], facts, definitions(rules.items), issues)
    check_fact_cycles(facts, definitions(rules.items), issues)
    check_shared_inputs(rules.items, facts.items, issues)
    switches = Switches(rules.items, nodes)
    switches.check_choices(facts.items, nodes["facts.yaml"], scope.parameters.items, issues)
    return switches.off(scope.parameters.items.keys() - scope.values.keys())


def _pack(parts: _Parts, files: NameMap[str, bytes], overlay: OverlayFile | None) -> Pack:
    meta = parts.meta
    assert meta is not None, "a pack without metadata has issues"
    return Pack(
        id=meta.id,
        version=meta.version,
        language=meta.language,
        title=meta.title,
        description=meta.description,
        evidence_as_of=meta.evidence_as_of,
        review_by=meta.review_by,
        approved_by=meta.approved_by,
        facts=parts.facts.items,
        code_sets=extended(parts.code_sets, parts.overlay.codes),
        parameters=parts.parameters.items,
        parameter_values=parts.values,
        options=parts.options.items,
        rules={name: rule for name, rule in parts.rules.items.items() if name not in parts.rules_off},
        evidence=parts.evidence.items,
        digest=pack_digest(files, parts.values, overlay[1] if overlay else None),
        rules_off=parts.rules_off,
        overlay=parts.overlay.overlay() if overlay else None,
    )
