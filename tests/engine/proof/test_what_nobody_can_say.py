"""Patients of whom a required fact stays unknown because its resource need not be sent are proved of as well."""

from decimal import Decimal

from pactolus_engine.compiled import compile_pack
from pactolus_engine.differences.compare import compare
from pactolus_engine.pack.claims import Code
from pactolus_engine.pack.model import Condition, Fact, Pack, Rule
from pactolus_engine.proof.finding import Finding, Report
from pactolus_engine.proof.prove import prove
from tests.support.small_packs import (
    InProcess,
    a_date,
    a_flag,
    a_whole,
    compared,
    derived,
    is_one_of,
    pack_of,
    rule,
    stands,
)

_MATCHER = InProcess()


def _facts(absence: str = "optional") -> tuple[Fact, ...]:
    """A scan that need not be sent; its day is required of it, and days are counted from that."""
    assumed = {"assumed_value": "false", "note": "no scan, nothing seen"} if absence == "assumed" else {}
    return (
        a_flag("scan", absence, **assumed),
        a_date("scan-day", of="scan"),
        a_date("start"),
        derived("days-to-scan", "days-between", "start", "scan-day", "optional", high=Decimal(400)),
        a_whole(),
    )


def _proved(facts: tuple[Fact, ...], *rules: Rule) -> Report:
    return prove(compile_pack(pack_of(facts, rules, ("one",))), _MATCHER)


def _told(report: Report, code: Code) -> list[Finding]:
    return [one for one in report.findings if one.code is code]


def _late(condition: Condition) -> tuple[Rule, ...]:
    """Whoever was scanned is answered; whoever was not is answered where the condition is true."""
    return (
        rule("late", "offer", compared("days-to-scan", "at-least", "10"), "one"),
        rule("early", "exclude", compared("days-to-scan", "below", "10")),
        rule("unscanned", "offer", condition, "one"),
    )


def test_a_gap_of_those_without_the_resource_is_found() -> None:
    for absence in ("optional", "assumed"):
        report = _proved(_facts(absence), *_late(compared("cycles", "above", "3")))
        (gap,) = _told(report, Code.GAP)
        assert "scan" not in {one.fact for one in gap.witnesses[0].statements}


def test_without_such_a_gap_none_is_told() -> None:
    report = _proved(_facts(), *_late(compared("cycles", "at-least", "0")))
    assert not _told(report, Code.GAP) and Code.GAP not in {one.code for one in report.undecided}


def test_an_option_offered_only_without_the_resource_is_not_called_never_offered() -> None:
    offers = rule("unscanned", "offer", stands("scan", "missing"), "one")
    report = _proved(_facts(), offers, rule("late", "exclude", compared("days-to-scan", "at-least", "10")))
    assert not _told(report, Code.NEVER_OFFERED)


def test_an_option_offered_only_while_a_result_is_not_final_is_not_called_never_offered() -> None:
    report = _proved(_facts(), rule("waiting", "offer", stands("cycles", "not-final"), "one"))
    assert not _told(report, Code.NEVER_OFFERED)


def test_a_difference_in_those_without_the_resource_is_found() -> None:
    def pack(limit: str) -> Pack:
        unscanned = rule("unscanned", "offer", compared("cycles", "above", limit), "one")
        scanned = rule("scanned", "exclude", is_one_of("scan", "true", "false"))
        late = rule("late", "exclude", compared("days-to-scan", "at-least", "0"))
        return pack_of(_facts(), (unscanned, scanned, late), ("one",))

    found = compare(compile_pack(pack("3")), compile_pack(pack("4")), _MATCHER)
    assert [one.before.outcome for one in found.answers] == ["OFFER"] and found.is_whole
