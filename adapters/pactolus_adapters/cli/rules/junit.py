"""The report that build servers read: JUnit XML, a suite for each pack, a test case for each case."""

from collections.abc import Iterable
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from pactolus_adapters.authoring.judge_cases import JudgedCase, Verdict, case_stem
from pactolus_adapters.cli.rules.places import opened
from pactolus_adapters.cli.terminal import clean

__all__ = ["write_junit"]


def write_junit(file: Path, suites: Iterable[tuple[str, Path, Iterable[JudgedCase]]]) -> None:
    """Writes the report. `suites`: pack, folder of the pack, its judged cases.

    A case that came out otherwise is a `failure`, one that came to no decision an `error`.
    """
    root = Element("testsuites", name="pactolus rules test")
    for pack, folder, cases in suites:
        _suite(root, pack, folder, list(cases))
    indent(root)
    ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _suite(root: Element, pack: str, folder: Path, cases: list[JudgedCase]) -> None:
    failed = sum(one.verdict is Verdict.FAILED for one in cases)
    wrong = sum(not one.passed for one in cases)
    counts = {"tests": len(cases), "failures": failed, "errors": wrong - failed, "skipped": 0}
    suite = SubElement(root, "testsuite", name=pack)
    for key, count in counts.items():
        suite.set(key, str(count))
    for one in cases:
        _case(suite, pack, folder, one)


def _case(suite: Element, pack: str, folder: Path, judged: JudgedCase) -> None:
    place = judged.case.place
    case = SubElement(
        suite,
        "testcase",
        classname=pack,
        name=f"{case_stem(judged.case)}: {clean(judged.case.name)}",
        file=opened(folder, place.file),
        line=str(place.line),
    )
    if judged.passed:
        return
    lines = [f"{one.key}: expected {one.expected}, got {one.got}" for one in judged.differences]
    kind = "failure" if judged.verdict is Verdict.FAILED else "error"
    told = SubElement(
        case, kind, type=judged.verdict.value, message=clean(judged.message or "; ".join(lines))
    )
    told.text = "\n".join(map(clean, lines))
