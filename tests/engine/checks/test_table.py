"""The table of checks: codes, names, files, pages and tests go together."""

import re
from itertools import groupby

from pactolus_engine.checks.run import check_pack, refused
from pactolus_engine.checks.table import CHECKS, FAMILY, IDLE_WAIVER, REFUSED
from pactolus_engine.errors import Issue
from pactolus_engine.pack.read import read_whole
from tests.engine.checks.findings import AT
from tests.engine.pack.minimal import minimal_files
from tests.house.tree import ROOT

RUBRICS = [REFUSED, IDLE_WAIVER, *(check.rubric for check in CHECKS)]
PAGES = ROOT / "docs/checks"

# Codes are stable: a line may be added here, and none changed.
CODES = """
C001 refused
C002 idle-waiver
C101 unused-facts
C102 unused-code-sets
C103 unused-parameters
C104 unused-options
C105 unused-definitions
C106 unused-evidence
C201 review-date-passed
C202 review-date-near
C301 confusable-ids
C401 loinc-check-digit
C402 snomed-check-digit
C501 default-at-edge
C502 written-threshold
C601 optional-without-caveat
C602 duplicate-rules
C603 constant-conditions
C604 dead-parts
C605 unreachable-text
C701 empty-words
C702 evidence-without-address
C801 rules-without-case
"""


def test_codes_stay() -> None:
    assert [f"{one.code} {one.name}" for one in RUBRICS] == CODES.split("\n")[1:-1]
    assert all(re.fullmatch(rf"{FAMILY}[0-9]{{3}}", one.code) for one in RUBRICS)


def test_every_check_has_a_file_a_test_and_a_page() -> None:
    for check in CHECKS:
        stem = check.rubric.name.replace("-", "_")
        assert check.find.__module__ == f"pactolus_engine.checks.{stem}"
        assert (ROOT / f"tests/engine/checks/test_{stem}.py").is_file()
    assert {path.name for path in PAGES.glob("*.md")} == {"README.md", *(f"{one.name}.md" for one in RUBRICS)}


def test_every_page_has_its_parts() -> None:
    for rubric in RUBRICS:
        text = (ROOT / rubric.page).read_text()
        assert text.startswith(f"# {rubric.code} {rubric.name} ({rubric.severity})\n\n{rubric.says}\n"), (
            rubric.page
        )
        titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert titles == ["Why it matters", "Example", "How to mend it", "What it misses"], rubric.page


def test_the_list_of_pages_is_that_of_the_table() -> None:
    lines = [f"| {one.code} | [{one.name}]({one.name}.md) | {one.severity} | {one.says} |" for one in RUBRICS]
    assert "\n".join(lines) in (PAGES / "README.md").read_text()


def test_findings_come_by_place() -> None:
    found = check_pack(read_whole("minimal", minimal_files()), AT).findings
    assert [key for key, _ in groupby((one.file, one.line, one.column) for one in found)] == sorted(
        {(one.file, one.line, one.column) for one in found}
    )


def test_what_the_loader_refuses_has_a_code_too() -> None:
    (found,) = refused([Issue("pack.yaml", 3, 1, "no", "yes")]).findings
    assert str(found) == "pack.yaml:3:1: error C001 no (yes)"
