"""`properties.yaml`: what is taken, and every mistake with its place, all at once."""

import pytest

from pactolus_engine.decision import Outcome
from pactolus_engine.pack.claims import Code, Result
from pactolus_engine.pack.model import Comparison, Operator
from pactolus_engine.pack.read import read_pack
from tests.engine.pack.minimal import issues_of, minimal_files, switched_files

GOOD = """\
properties:
  old-never-offers:
    title: Whoever is too old is offered nothing
    when: {fact: cycles, at-least: 6}
    never: {outcomes: [OFFER, CONCLUDED]}
  open-without-mrd:
    title: Without an MRD the answer is open
    when: {fact: cycles, at-least: 6}
    unknown: [mrd]
    always: {outcomes: [NEED_DATA]}
monotone:
  more-never-goes-on:
    title: More disease never brings up going on
    as: {rises: mrd}
    never-appears: {offers: go-on}
gaps:
  nobody-knows:
    reason: no trial says
    when: {fact: cycles, equals: 3}
accepted:
  - {finding: subsumed-rule, about: too-old, reason: kept for its text}
  - {finding: gap, about: nobody-knows, reason: none}
"""


def _issues(text: str) -> list[str]:
    return issues_of(minimal_files() | {"properties.yaml": text.encode()})


def test_the_file_is_taken_and_changes_the_digest() -> None:
    files = minimal_files()
    pack = read_pack("minimal", files | {"properties.yaml": GOOD.encode()})
    claims = pack.claims
    assert claims.properties["old-never-offers"].result == Result((Outcome.OFFER, Outcome.CONCLUDED))
    assert not claims.properties["old-never-offers"].is_always
    assert claims.properties["open-without-mrd"].unknown == ("mrd",)
    assert claims.monotone["more-never-goes-on"].rises
    assert claims.gaps["nobody-knows"].when == Comparison("cycles", Operator.EQUALS, 3)  # type: ignore[arg-type]
    assert [one.code for one in claims.accepted] == [Code.SUBSUMED_RULE, Code.GAP]
    assert pack.digest != read_pack("minimal", files).digest


WRONG = [
    ("properties:", "claims:", ["properties.yaml:1:1: unknown key `claims`"]),
    ("    never: {outcomes", "    nevr: {outcomes", ["properties.yaml:2:3: a property says one of `always` and `never`", "properties.yaml:5:5: unknown key `nevr`"]),
    ("OFFER, CONCLUDED", "OFFER, NEED_DATA", ["properties.yaml:5:31: `outcomes` is not one of the words allowed here"]),
    ("{outcomes: [OFFER, CONCLUDED]}", "{offers: nothing}", ["properties.yaml:5:21: undefined option `nothing`"]),
    ("{outcomes: [OFFER, CONCLUDED]}", "{concludes: {status: maybe}}", ["properties.yaml:5:25: no rule concludes `status` with that value"]),
    ("{outcomes: [OFFER, CONCLUDED]}", "{outcomes: [OFFER], offers: go-on}", ["properties.yaml:5:12: not a result"]),
    ("unknown: [mrd]", "unknown: [relapse]", ["properties.yaml:9:15: `relapse` is not unknown when nobody sends it"]),
    ("{rises: mrd}", "{rises: relapse}", ["properties.yaml:14:17: `relapse` is of type `boolean`, which neither rises nor falls"]),
    ("{rises: mrd}", "{grows: mrd}", ["properties.yaml:14:9: expected one of `rises` and `falls`", "properties.yaml:14:10: unknown key `grows`"]),
    ("    reason: no trial says\n", "", ["properties.yaml:17:3: missing key `reason`"]),
    ("about: too-old", "about: too-odl", ["properties.yaml:21:37: there is no rule, option, finding or claim `too-odl`"]),
    ("finding: gap", "finding: hole", ["properties.yaml:22:15: `finding` is not one of the words allowed here"]),
    ("{fact: cycles, equals: 3}", "{fact: cycles, equals: 3.5}", ["properties.yaml:19:34: `cycles` is a whole number, the constant is not"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "issues"), WRONG)
def test_one_change_gives_exactly_these_issues(old: str, new: str, issues: list[str]) -> None:
    assert old in GOOD
    found = _issues(GOOD.replace(old, new, 1))
    assert [line.split(" (")[0] for line in found] == issues


def test_all_mistakes_are_told_at_once() -> None:
    text = GOOD.replace("offers: go-on", "offers: nothing").replace("cycles, equals: 3", "cycle, equals: 3")
    assert len(_issues(text)) == 2


def test_a_claim_does_not_rest_on_what_a_site_has_yet_to_set() -> None:
    for when in ("{defined: long}", "{fact: cycles, above: {parameter: most-cycles}}"):
        text = f"gaps:\n  one:\n    reason: r\n    when: {when}\n"
        (issue,) = issues_of(switched_files() | {"properties.yaml": text.encode()})
        assert "until a site sets" in issue
