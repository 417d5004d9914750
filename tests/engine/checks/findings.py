"""What one check says of the minimal pack after some changes."""

from datetime import UTC, datetime

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.run import Checked, check_pack
from pactolus_engine.checks.subject import subject_of
from pactolus_engine.checks.table import CHECKS
from pactolus_engine.pack.read import read_whole
from tests.engine.pack.minimal import changed, switched_files

__all__ = ["AT", "checked", "rule", "said"]

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


def rule(name: str, when: str, effect: str, text: str = "Something to read.") -> dict[str, bytes]:
    """One more rule."""
    lines = (
        f"id: {name}",
        f"title: {name}",
        f"text: {text}",
        f"when: {when}",
        f"effect: {effect}",
        "evidence: [trial]",
        "",
    )
    return {f"rules/{name}.yaml": "\n".join(lines).encode()}


def said(
    name: str,
    *changes: tuple[str, str, str],
    more: dict[str, bytes] | None = None,
    at: datetime = AT,
    switched: bool = False,
) -> list[str]:
    """`kind id: message` of every remark of the check of that name, on the minimal pack with these changes."""
    files = (switched_files() if switched else changed(*changes)) | (more or {})
    subject = subject_of(read_whole("minimal", files), at)
    (check,) = [one for one in CHECKS if one.rubric.name == name]
    return [_shown(remark) for remark in check.find(subject)]


def _shown(remark: Remark) -> str:
    assert remark.place.line >= 1
    return f"{remark.kind} {remark.id}: {remark.message}"


def checked(*changes: tuple[str, str, str], more: dict[str, bytes] | None = None) -> Checked:
    """All that the checks find in the minimal pack after these changes."""
    return check_pack(read_whole("minimal", changed(*changes) | (more or {})), AT)
