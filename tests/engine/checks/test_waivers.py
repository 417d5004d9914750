"""Waivers: what they let stand, and when they are findings themselves."""

from pactolus_engine.checks.finding import Finding
from tests.engine.checks.findings import checked


def _waiver(code: str, key: str, name: str) -> dict[str, bytes]:
    return {"waivers.yaml": f"- check: {code}\n  {key}: {name}\n  reason: known and wanted\n".encode()}


def _at(findings: tuple[Finding, ...]) -> set[tuple[str, str]]:
    return {(one.code, one.id) for one in findings}


def test_a_waiver_lets_one_finding_about_one_thing_stand() -> None:
    before, after = checked(), checked(more=_waiver("C801", "rule", "status"))
    assert _at(before.findings) - _at(after.findings) == {("C801", "status")}
    assert _at(after.findings) - _at(before.findings) == {("C101", "sample-age")}
    assert [(let.finding.id, let.reason) for let in after.waived] == [("status", "known and wanted")]
    assert [let.finding.id for let in before.waived] == ["sample-age"]  # the pack's own waiver


def test_a_waiver_that_meets_nothing_is_a_finding_at_its_own_place() -> None:
    found = checked(more=_waiver("C801", "rule", "too-old")).findings
    (idle,) = [one for one in found if one.code == "C002"]
    assert str(idle) == (
        "waivers.yaml:1:3: warning C002 the waiver lets nothing stand: `C801` finds nothing there (delete it)"
    )


def test_the_kind_must_be_that_of_the_finding() -> None:
    found = checked(more=_waiver("C101", "code-set", "relapse")).findings
    assert ("C002", "relapse") in _at(found)


def test_a_code_of_no_check_is_a_finding() -> None:
    found = checked(more=_waiver("C999", "rule", "status")).findings
    assert "is the code of no check" in next(one.message for one in found if one.code == "C002")


def test_an_idle_waiver_cannot_be_waived() -> None:
    found = checked(more=_waiver("C002", "rule", "too-old")).findings
    assert ("C002", "too-old") in _at(found)


def test_codes_of_other_tools_are_theirs() -> None:
    for code in ("P101", "COV203"):
        assert "C002" not in {one.code for one in checked(more=_waiver(code, "rule", "status")).findings}
