"""A site's overlay: what it sets and adds, and one wrong thing at a time with every issue it must give."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from pactolus_engine.cases import read_cases
from pactolus_engine.compiled import compile_pack
from pactolus_engine.pack.model import Coding, Comparison, Defined, Effect, Operator, Pack
from pactolus_engine.pack.overlay import SiteCode, SiteValue
from pactolus_engine.pack.read import declared_id, read_pack
from tests.engine.pack.minimal import OVERLAY, issues_of, minimal_files, switched_files

TABLE = Path(__file__).parent / "overlays.txt"


@dataclass
class Mutation:
    lines: list[str] = field(default_factory=list)
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)


def _mutations() -> Iterator[Mutation]:
    for block in TABLE.read_text(encoding="ascii").split("\n@")[1:]:
        mutation = Mutation()
        for line in filter(None, block.split("\n")):
            text = line[1:].encode().decode("unicode_escape")
            {"-": mutation.old, "+": mutation.new, "=": mutation.issues}[line[0]].append(text)
        yield mutation


def _read(overlay: bytes | None = OVERLAY) -> Pack:
    return read_pack("minimal", switched_files(), overlay=overlay and ("site.yaml", overlay))


@pytest.mark.parametrize("mutation", list(_mutations()), ids=lambda m: " ".join(m.new).strip()[:70])
def test_one_change_gives_exactly_these_issues(mutation: Mutation) -> None:
    text, old = OVERLAY.decode(), "\n".join(mutation.old)
    assert old in text, "the text to replace is not in the overlay"
    changed = text.replace(old, "\n".join(mutation.new), 1)
    assert issues_of(switched_files(), changed.encode()) == [issue.strip() for issue in mutation.issues]
    assert mutation.issues


def test_an_overlay_without_a_mistake_is_taken() -> None:
    assert issues_of(switched_files(), OVERLAY) == []


def test_what_the_site_sets_is_in_force_and_said() -> None:
    pack = _read()
    assert pack.parameter_values == {
        "minimum-cycles": Decimal(5),
        "most-cycles": Decimal(8),
        "laboratory-limit": Decimal(3),
    }
    assert Comparison("cycles", Operator.AT_LEAST, Decimal(5)) in (
        pack.rules["offer-go-on"].condition.parts[1].parts  # type: ignore[union-attr]
    )
    assert pack.overlay is not None
    assert pack.overlay.title == "What a synthetic site sets and adds"
    assert pack.overlay.parameters["most-cycles"] == SiteValue(Decimal(8), "this site stops at eight")
    assert pack.overlay.codes == (
        SiteCode("mrd-result", "local:lab", "MRD-F", "MRD by our flow"),
        SiteCode("relapse", "local:lab", "REL", ""),
    )


def test_the_codes_of_the_site_stand_behind_those_of_the_pack() -> None:
    pack, bare = _read(), _read(None)
    assert pack.code_sets["mrd-result"].codings == (
        *bare.code_sets["mrd-result"].codings,
        Coding("local:lab", "MRD-F", "MRD by our flow"),
    )
    assert pack.code_sets["mrd-result"].implies == {"specimen": "marrow-aspirate"}
    assert pack.code_sets["blood"] == bare.code_sets["blood"]


def test_without_an_overlay_rules_that_need_its_parameter_are_off() -> None:
    pack = _read(None)
    assert pack.overlay is None
    assert "most-cycles" not in pack.parameter_values
    off = {"cycles-not-told", "long", "too-long"}
    assert pack.rules_off.keys() == off
    assert not pack.rules.keys() & off
    assert {rule.parameters for rule in pack.rules_off.values()} == {("most-cycles",)}
    too_long = pack.rules_off["too-long"]
    assert (too_long.title, too_long.effect, too_long.rationale) == ("Too long", Effect.HOLD, "r")
    assert compile_pack(pack).conditions.keys() == {
        name for name, rule in pack.rules.items() if rule.effect is not Effect.DEFINE
    }


def test_with_the_parameter_set_they_are_on() -> None:
    pack = _read()
    assert pack.rules_off == {}
    assert pack.rules["too-long"].condition == Defined("long")
    assert pack.rules["long"].condition == Comparison("cycles", Operator.ABOVE, Decimal(8))


def test_a_rule_that_is_off_is_checked_all_the_same() -> None:
    files = switched_files()
    files["rules/long.yaml"] = files["rules/long.yaml"].replace(b"cycles,", b"sample-age,")
    assert issues_of(files) == [
        (
            "rules/long.yaml:3:33: parameter `most-cycles` and fact `sample-age` have different units "
            "(give both the same unit)"
        )
    ]
    files["rules/too-long.yaml"] += b"needs: [nobody]\n"
    assert any(issue.startswith("rules/too-long.yaml:7:9: undefined") for issue in issues_of(files))


def test_rules_that_are_off_share_no_inputs_with_others_either() -> None:
    """Else the site that sets the parameter would be told of a mistake of the pack's author."""
    files = switched_files()
    files["rules/long.yaml"] = files["rules/long.yaml"].replace(b"cycles,", b"sample-age,")
    files["parameters.yaml"] = files["parameters.yaml"].replace(
        b'unit: "1"\n  default: off', b"unit: d\n  default: off"
    )
    assert issues_of(files) == [
        (
            "rules/too-old.yaml:1:1: rules use `sample-age` and `age`, which both follow from `sample-date` "
            "(only facts that are `days-between` may share an input)"
        )
    ]


@pytest.mark.parametrize(
    ("choice", "place"), [("{defined: long}", 1), ("{fact: cycles, above: {parameter: most-cycles}}", 1)]
)
def test_what_chooses_among_readings_cannot_be_off(choice: str, place: int) -> None:
    files = switched_files()
    files["facts.yaml"] = files["facts.yaml"].replace(b"- {defined: marrow}", f"- {choice}".encode())
    wanted = (
        f"facts.yaml:{place}:1: the choice among readings rests on `most-cycles`, which has no default "
        "(give the parameter a default)"
    )
    assert issues_of(files) == issues_of(files, OVERLAY) == [wanted]


def test_a_value_in_the_range_that_its_fact_cannot_have_is_told_in_the_overlay() -> None:
    overlay = OVERLAY.replace(b"value: 8", b"value: 61").replace(b"value: 5", b"value: 5.5")
    assert issues_of(switched_files(), overlay) == [
        "site.yaml:6:12: `cycles` is a whole number, the constant is not",
        "site.yaml:9:12: the constant lies outside the domain of `cycles`",
    ]


def test_the_mistakes_of_pack_and_overlay_come_together() -> None:
    files = switched_files()
    files["rules/too-old.yaml"] += b"surplus: 1\n"
    found = issues_of(files, OVERLAY.replace(b"1.2.3", b"1.2.4"))
    assert [issue.split(":")[0] for issue in found] == ["rules/too-old.yaml", "site.yaml"]


def test_a_pack_that_cannot_be_read_makes_no_mistake_of_the_overlay() -> None:
    files = switched_files() | {"parameters.yaml": b"[", "codes.yaml": b"[", "pack.yaml": b"["}
    assert not [issue for issue in issues_of(files, OVERLAY) if issue.startswith("site.yaml")]


def test_a_huge_overlay_is_refused_before_it_is_read() -> None:
    assert issues_of(switched_files(), b"#" * (256 * 1024 + 1)) == [
        "site.yaml:1:1: the file is larger than 262144 bytes (a pack is written by hand; keep data and generated text out of it)"
    ]


def test_the_id_is_found_before_the_pack_is_read() -> None:
    assert declared_id(minimal_files()) == "minimal"
    for broken in (b"", b"[", b"id: [a]", b"id: Not an id", b"\xff", b"#" * (256 * 1024 + 1)):
        assert declared_id({"pack.yaml": broken}) == ""
    assert declared_id({}) == ""


# --- overlays of cases --------------------------------------------------------------------------


def _with_case(overlay: bytes = OVERLAY, line: str = "overlay: site.overlay.yaml") -> dict[str, bytes]:
    case = f"name: n\nat: 2026-03-01T09:00:00Z\n{line}\nfacts: {{cycles: 9}}\n"
    case += "expect: {outcome: HOLD, fired: [too-long], off: []}\n"
    return switched_files() | {"cases/long.yaml": case.encode(), "cases/site.overlay.yaml": overlay}


def test_a_case_names_its_overlay() -> None:
    files = _with_case()
    cases = {case.name: case for case in read_cases(files, read_pack("minimal", files))}
    assert cases["n"].overlay == "cases/site.overlay.yaml"
    assert cases["n"].expect.off == ()
    assert {case.overlay for case in cases.values()} == {"", "cases/site.overlay.yaml"}
    assert len(cases) == 4


def test_the_overlay_of_a_case_is_checked_with_the_pack() -> None:
    assert issues_of(_with_case(OVERLAY.replace(b"value: 5", b"value: 50"))) == [
        (
            "cases/site.overlay.yaml:6:12: the value lies outside the range of the parameter "
            "(the pack allows 4 to 8)"
        )
    ]


@pytest.mark.parametrize("name", ["other.overlay.yaml", "negative.yaml", "../site.overlay.yaml"])
def test_a_case_cannot_name_another_file(name: str) -> None:
    assert issues_of(_with_case(line=f"overlay: {name}")) == [
        "cases/long.yaml:3:10: no such overlay (name a file beside the case that ends in `.overlay.yaml`)"
    ]


def test_an_overlay_of_cases_is_not_in_force_in_the_pack() -> None:
    pack = read_pack("minimal", _with_case())
    assert pack.overlay is None
    assert "too-long" in pack.rules_off
