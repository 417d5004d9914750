"""Findings as lines for a reader and as JSON; paths are those that an editor can open from here."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from pactolus_adapters.cli.rules.places import opened
from pactolus_adapters.cli.terminal import clean, several
from pactolus_engine.checks.finding import Finding, Severity
from pactolus_engine.checks.run import Checked

__all__ = ["CheckedFolder", "findings_json", "findings_text"]

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


@dataclass(frozen=True, slots=True)
class CheckedFolder:
    """A folder and what was found in it."""

    folder: Path
    checked: Checked
    is_refused: bool


def findings_text(checked: Sequence[CheckedFolder]) -> Iterator[str]:
    """A line for each finding with its advice below it, and one that sums up."""
    for one in checked:
        for finding in one.checked.findings:
            yield from _lines(one.folder, finding)
    yield _summary(checked)


def _lines(folder: Path, finding: Finding) -> Iterator[str]:
    place = f"{opened(folder, finding.file)}:{finding.line}:{finding.column}"
    severity = click.style(finding.severity.value, fg=_COLOURS[finding.severity], bold=True)
    yield f"{clean(place)}: {severity} {finding.code} {clean(finding.message)}"
    if finding.advice:
        yield f"    {clean(finding.advice)}"


def _summary(checked: Sequence[CheckedFolder]) -> str:
    counted = Counter(finding.severity for one in checked for finding in one.checked.findings)
    found = ", ".join(
        several(counted[severity], severity.value) for severity in Severity if counted[severity]
    )
    waived = sum(len(one.checked.waived) for one in checked)
    refused = sum(one.is_refused for one in checked)
    told = [f"{several(len(checked), 'pack')} checked", found or "nothing found"]
    told += [f"{refused} refused"] if refused else []
    return ", ".join([*told, f"{waived} waived"] if waived else told)


def findings_json(checked: Iterable[CheckedFolder]) -> dict[str, Any]:
    """One document: for each pack what was found and what was waived, with the reason."""
    return {
        "packs": [
            {
                "folder": str(one.folder),
                "refused": one.is_refused,
                "findings": [_finding_data(one.folder, finding) for finding in one.checked.findings],
                "waived": [
                    _finding_data(one.folder, let.finding) | {"reason": let.reason}
                    for let in one.checked.waived
                ],
            }
            for one in checked
        ]
    }


def _finding_data(folder: Path, finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "check": finding.check,
        "severity": finding.severity.value,
        "file": opened(folder, finding.file),
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "advice": finding.advice,
        "kind": finding.kind,
        "id": finding.id,
        "others": list(finding.others),
    }
