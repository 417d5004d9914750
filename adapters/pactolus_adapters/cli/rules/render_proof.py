"""A proof as text and as JSON: each finding with its place, its patients and the command that shows it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pactolus_adapters.authoring.prove import Witness
from pactolus_adapters.cli.rules.places import opened, place_text
from pactolus_adapters.cli.terminal import clean, folded
from pactolus_engine.pack.model import Pack
from pactolus_engine.proof.finding import Finding, Report, Undecided
from pactolus_engine.proof.patient import Patient
from pactolus_engine.show import show_value

__all__ = ["proof_data", "proof_text"]

Witnesses = Mapping[Finding, list[Witness]]


def proof_text(
    pack: Pack, folder: Path, report: Report, witnesses: Witnesses, written: Path | None
) -> Iterator[str]:
    """Findings first, those that the pack accepts after the others, then what is not decided, then a count.

    `written`: the folder into which the Bundles were written, if any.
    """
    for finding in sorted(report.findings, key=lambda one: bool(one.accepted)):
        yield from _finding(pack, folder, finding, witnesses[finding], written)
        yield ""
    if report.open_findings:
        yield from folded("Change the rules, or accept a finding in `properties.yaml` with its reason.")
        yield ""
    for open_ in report.undecided:
        yield f"not decided: {_about(open_)}"
    if report.undecided:
        yield "   the bound was met, or no patient was found whom the evaluation answers so; try --effort"
        yield ""
    yield clean(f"{pack.id} {pack.version}: {_count(report)}")


def _finding(
    pack: Pack, folder: Path, finding: Finding, witnesses: list[Witness], written: Path | None
) -> Iterator[str]:
    at = place_text(folder, finding.place)
    yield clean(f"{at}: {finding.code.value}: {_named(finding)}{finding.message}")
    if finding.accepted:
        yield from folded(finding.accepted, "accepted: ")
        return
    for one in witnesses:
        yield from folded(_said(pack, one.patient), f"{one.patient.instant.date()}: ")
        if one.not_carried:
            yield from folded(f"no Bundle shows it: {one.not_carried}")
        elif written is not None:
            yield f"   {_command(pack, folder, one, written)}"


def _named(finding: Finding) -> str:
    name = finding.rules[0] if finding.rules else finding.subject
    return f"`{name}`: " if name else ""


def _about(open_: Undecided) -> str:
    names = ", ".join(f"`{name}`" for name in (*open_.rules, open_.subject) if name)
    return f"{open_.code.value}: {names}" if names else open_.code.value


def _said(pack: Pack, patient: Patient) -> str:
    """What is known of the patient, in short."""
    parts = []
    for one in patient.statements:
        value = show_value(one.value, pack.facts[one.fact]) if one.value is not None else one.standing.value
        sample = " (second sample)" if one.sample else ""
        parts.append(f"{one.fact}{sample} {value}")
    return "; ".join(parts)


def _command(pack: Pack, folder: Path, witness: Witness, written: Path) -> str:
    at = _instant(witness.patient.instant)
    rules = folder.parent
    return f"pactolus evaluate {written / witness.file} --pack {pack.id} --at {at} --rules {rules}"


def _instant(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _count(report: Report) -> str:
    accepted = len(report.findings) - len(report.open_findings)
    found = f"{len(report.open_findings)} found" + (f", {accepted} accepted" if accepted else "")
    return (
        f"{sum(report.proved.values())} statements proved, {found}, {len(report.undecided)} not decided "
        f"({report.questions} questions to the solver)"
    )


def proof_data(
    pack: Pack, folder: Path, report: Report, witnesses: Witnesses, written: Path | None
) -> dict[str, Any]:
    """The whole report; a witness that FHIR carries holds its Bundle's file where one was written."""
    return {
        "pack": pack.id,
        "version": pack.version,
        "digest": pack.digest,
        "findings": [_finding_data(pack, folder, one, witnesses[one], written) for one in report.findings],
        "undecided": [
            {"code": one.code.value, "rules": list(one.rules), "subject": one.subject}
            for one in report.undecided
        ],
        "proved": {code.value: count for code, count in sorted(report.proved.items())},
        "questions": report.questions,
    }


def _finding_data(
    pack: Pack, folder: Path, finding: Finding, witnesses: list[Witness], written: Path | None
) -> dict[str, Any]:
    place = finding.place
    return {
        "code": finding.code.value,
        "rules": list(finding.rules),
        "subject": finding.subject,
        "message": finding.message,
        "place": {"file": opened(folder, place.file), "line": place.line, "column": place.column},
        "accepted": finding.accepted or None,
        "witnesses": [_witness_data(pack, folder, one, written) for one in witnesses],
    }


def _witness_data(pack: Pack, folder: Path, witness: Witness, written: Path | None) -> dict[str, Any]:
    has_file = written is not None and bool(witness.bundle)
    return {
        "at": _instant(witness.patient.instant),
        "facts": [
            {
                "fact": one.fact,
                "value": show_value(one.value, pack.facts[one.fact]) if one.value is not None else None,
                "standing": one.standing.value,
                "sample": one.sample + 1,
            }
            for one in witness.patient.statements
        ],
        "file": str(written / witness.file) if has_file and written else None,
        "command": _command(pack, folder, witness, written) if has_file and written else None,
        "notCarried": witness.not_carried or None,
    }
