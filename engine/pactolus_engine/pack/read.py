"""From the files of a pack to a `Pack`: everything checked, all mistakes at once, or nothing.

sizes → YAML nodes → metadata, evidence, codes, parameters → the site's overlay → options → facts →
rules → claims → what they say of each other → cases → waivers, approvals → digests. Pure: the bytes come in from
outside.
"""

import re
from collections.abc import Mapping as NameMap
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from pactolus_engine.decision import Evidence
from pactolus_engine.pack.approval import overlay_content_digest
from pactolus_engine.pack.case import Case
from pactolus_engine.pack.check_facts import (
    check_fact_cycles,
    check_fact_references,
    part,
    read_fact_conditions,
)
from pactolus_engine.pack.check_overlay import check_meanings
from pactolus_engine.pack.check_rules import check_definitions, check_shared_inputs, definitions
from pactolus_engine.pack.claims import Claims
from pactolus_engine.pack.digest import APPROVALS_FILE, content_digest, pack_digest
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import CodeSet, Fact, Option, Pack, Parameter, Place, Rule, RuleOff
from pactolus_engine.pack.over_samples import check_over_samples, read_sample_conditions
from pactolus_engine.pack.read_beside import LISTS, Beside, read_beside
from pactolus_engine.pack.read_cases import CaseScope, is_case, is_case_overlay, read_case_nodes
from pactolus_engine.pack.read_claims import check_claims, read_claims
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
from pactolus_engine.pack.version import is_version
from pactolus_engine.pack.whole import WholePack
from pactolus_engine.pack.yaml_source import Mapping, Node, Scalar, Sequence, compose

__all__ = ["SiteFile", "declared_id", "declared_version", "read_pack", "read_whole"]

SiteFile = tuple[str, bytes]
"""The name of a file of the site (overlay, approvals), as issues show it, and its content."""

_REQUIRED = ("pack.yaml", "facts.yaml")
_OPTIONAL = ("codes.yaml", "parameters.yaml", "options.yaml", "evidence.yaml", "properties.yaml")
_README = "README.md"
_NOTHING: NameMap[str, Decimal] = MappingProxyType({})
_RESOURCES = re.compile(r"cases/[A-Za-z0-9][A-Za-z0-9._-]*\.json")
_CASE_OVERLAY = re.compile(r"cases/([^/]+)\.overlay\.yaml")
_NAMED = re.compile(r"(?:rules|cases)/([^/]+)\.yaml")


def read_pack(
    name: str,
    files: NameMap[str, bytes],
    *,
    overlay: SiteFile | None = None,
    site_approvals: SiteFile | None = None,
    supposed: NameMap[str, Decimal] = _NOTHING,
) -> Pack:
    """Reads a pack whole, or raises `PackInvalid` with every mistake and its place.

    `name` is what the pack is called in the error; `files` maps names relative to the pack's folder,
    with `/`, to contents. `overlay` is what the site sets and adds, `site_approvals` what it
    has approved; with a mistake in one of them the pack is refused too. `supposed`: parameter values
    put in place of those in force, whatever range the pack allows, to see what they would do; such a
    pack is never for a patient.
    """
    return read_whole(name, files, overlay=overlay, site_approvals=site_approvals, supposed=supposed).pack


def read_whole(
    name: str,
    files: NameMap[str, bytes],
    *,
    overlay: SiteFile | None = None,
    site_approvals: SiteFile | None = None,
    supposed: NameMap[str, Decimal] = _NOTHING,
) -> WholePack:
    """As `read_pack`, with all that the author wrote beside it."""
    issues = Issues()
    of_site = dict(file for file in (overlay, site_approvals) if file)
    if not check_sizes({**files, **of_site}, issues):
        issues.raise_if_any(name)
    _check_names(files, issues)
    parts = _read_parts(files, overlay, site_approvals, supposed, issues)
    issues.raise_if_any(name)
    return WholePack(
        _pack(parts, files, overlay, site_approvals), parts.rules.items, parts.cases, parts.nodes
    )


def declared_id(files: NameMap[str, bytes]) -> str:
    """The id of a pack as its `pack.yaml` says it, to find its overlay before it is read; empty when
    it says none."""
    pack_id = _declared(files, "id")
    return pack_id if is_id(pack_id) else ""


def declared_version(files: NameMap[str, bytes]) -> str:
    """The version of a pack as its `pack.yaml` says it; empty when it says none."""
    version = _declared(files, "version")
    return version if is_version(version) else ""


def _declared(files: NameMap[str, bytes], key: str) -> str:
    issues = Issues()
    own = {file: content for file, content in files.items() if file == "pack.yaml"}
    node = compose("pack.yaml", own["pack.yaml"], issues) if own and check_sizes(own, issues) else None
    value = part(node, key)
    return value.text.strip() if isinstance(value, Scalar) else ""


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
    if file in {*_REQUIRED, *_OPTIONAL, *LISTS, APPROVALS_FILE, _README} or _RESOURCES.fullmatch(file):
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
    claims: Claims
    cases: tuple[Case, ...]
    beside: Beside
    nodes: dict[str, Node | None]


def _read_parts(
    files: NameMap[str, bytes],
    overlay_file: SiteFile | None,
    site_approvals: SiteFile | None,
    supposed: NameMap[str, Decimal],
    issues: Issues,
) -> _Parts:
    nodes = _nodes(files, issues)
    meta_node = nodes["pack.yaml"]
    meta = read_meta(meta_node, issues) if meta_node else None
    evidence = read_evidence(nodes["evidence.yaml"], issues)
    code_sets = read_code_sets(nodes["codes.yaml"], issues)
    parameters = read_parameters(nodes["parameters.yaml"], issues)
    site = compose(*overlay_file, issues) if overlay_file else None
    overlay = read_overlay(site, meta, parameters, code_sets, issues)
    chosen = {name: one.value for name, one in overlay.values.items()}
    values = {**parameters_in_force(parameters, chosen), **supposed}
    options = read_options(nodes["options.yaml"], evidence, issues)
    facts = read_facts(nodes["facts.yaml"], code_sets, issues)
    rule_nodes = {file: node for file, node in nodes.items() if file.startswith("rules/")}
    places = {name: one.place for name, one in overlay.values.items()}
    defined = declared_definitions(rule_nodes, issues)
    scope = Scope(facts, defined, parameters, values, places)
    rules = read_rules(rule_nodes, scope, options, evidence, issues)
    read_fact_conditions(nodes["facts.yaml"], facts, scope, issues)
    read_sample_conditions(nodes["facts.yaml"], facts, scope, issues)
    claims = read_claims(nodes["properties.yaml"], scope, options, rules, issues)
    rules_off = _check_meaning(nodes, facts, rules, scope, issues)
    check_claims(claims, rules_off, rules.items, issues)
    for held in (overlay, *_case_overlays(nodes, meta, parameters, code_sets, issues)):
        check_meanings(held.codes, facts.items, extended(code_sets, held.codes), issues)
    case_nodes = {file: node for file, node in nodes.items() if is_case(file)}
    cases = read_case_nodes(case_nodes, CaseScope(facts, options, rules, frozenset(files)), issues)
    sections = (rules, defined, facts, parameters, code_sets, options, evidence)
    of_site = compose(*site_approvals, issues) if site_approvals else None
    beside = read_beside(nodes, of_site, parameters, meta.id if meta else "", sections, issues)
    return _Parts(
        meta,
        evidence,
        code_sets,
        parameters,
        values,
        options,
        facts,
        rules,
        rules_off,
        overlay,
        claims,
        cases,
        beside,
        nodes,
    )


def _nodes(files: NameMap[str, bytes], issues: Issues) -> dict[str, Node | None]:
    """The node of every YAML file; a file that may be left out is then an empty map."""
    nodes: dict[str, Node | None] = dict.fromkeys(_REQUIRED)
    nodes |= {file: Mapping({}, Place(file, 1, 1)) for file in _OPTIONAL}
    nodes |= {file: Sequence((), Place(file, 1, 1)) for file in LISTS}
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


def _pack(
    parts: _Parts, files: NameMap[str, bytes], overlay: SiteFile | None, site_approvals: SiteFile | None
) -> Pack:
    meta = parts.meta
    assert meta is not None, "a pack without metadata has issues"
    content = content_digest(files)
    return Pack(
        id=meta.id,
        version=meta.version,
        language=meta.language,
        title=meta.title,
        description=meta.description,
        evidence_as_of=meta.evidence_as_of,
        review_by=meta.review_by,
        facts=parts.facts.items,
        code_sets=extended(parts.code_sets, parts.overlay.codes),
        parameters=parts.parameters.items,
        parameter_values=parts.values,
        options=parts.options.items,
        rules={name: rule for name, rule in parts.rules.items.items() if name not in parts.rules_off},
        evidence=parts.evidence.items,
        digest=pack_digest(
            files,
            parts.values,
            overlay[1] if overlay else None,
            site_approvals[1] if site_approvals else None,
        ),
        rules_off=parts.rules_off,
        overlay=parts.overlay.overlay(overlay_content_digest(content, overlay[1])) if overlay else None,
        developer=meta.developer,
        funding=meta.funding,
        waivers=parts.beside.waivers,
        content_digest=content,
        approvals=parts.beside.approvals,
        survivors=parts.beside.survivors,
        claims=parts.claims,
    )
