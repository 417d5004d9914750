"""Findings as SARIF 2.1.0 (OASIS), which code hosts and editors show beside the line.

A waived finding stays in the log, suppressed with the reason of its author.
"""

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pactolus_adapters.cli.rules.places import opened
from pactolus_adapters.cli.rules.render_findings import CheckedFolder
from pactolus_engine.checks.finding import Finding, Severity
from pactolus_engine.checks.table import CHECKS, IDLE_WAIVER, REFUSED, Rubric

__all__ = ["sarif_log"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif_log(checked: Iterable[CheckedFolder]) -> dict[str, Any]:
    """One log with one run over all packs."""
    rubrics = [REFUSED, IDLE_WAIVER, *(check.rubric for check in CHECKS)]
    places = {rubric.code: place for place, rubric in enumerate(rubrics)}
    results = [result for one in checked for result in _results(one, places)]
    driver = {
        "name": "pactolus rules check",
        "semanticVersion": version("pactolus"),
        "rules": [_rule(rubric) for rubric in rubrics],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rubric: Rubric) -> dict[str, Any]:
    return {
        "id": rubric.code,
        "name": rubric.name,
        "shortDescription": {"text": rubric.says},
        "help": {"text": f"What it finds, why it matters and how to mend it: {rubric.page}"},
        "defaultConfiguration": {"level": _LEVELS[rubric.severity]},
    }


def _results(one: CheckedFolder, places: dict[str, int]) -> list[dict[str, Any]]:
    found = [_result(one.folder, finding, places) for finding in one.checked.findings]
    for let in one.checked.waived:
        accepted = {"kind": "external", "status": "accepted", "justification": let.reason}
        found.append(_result(one.folder, let.finding, places) | {"suppressions": [accepted]})
    return found


def _result(folder: Path, finding: Finding, places: dict[str, int]) -> dict[str, Any]:
    text = f"{finding.message} ({finding.advice})" if finding.advice else finding.message
    region = {"startLine": finding.line, "startColumn": finding.column}
    artifact = {"uri": quote(Path(opened(folder, finding.file)).as_posix())}
    return {
        "ruleId": finding.code,
        "ruleIndex": places[finding.code],
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
    }
