"""`all-of-last`, `count` and ratios in a pack: what the loader makes of them, and every mistake by its place."""

from pathlib import Path

import pytest

from pactolus_engine.errors import PackInvalid
from pactolus_engine.pack.model import Comparison, Derivation, Operator
from pactolus_engine.pack.read import read_pack

_RULES = Path(__file__).resolve().parents[3] / "rules"
_DERIVE = (
    "all-of-last: {count: 2, fact: mrd, when: {fact: mrd, below: 1e-5}, days-apart: "
    "{parameter: least-days-apart}}"
)


def _files(pack: str) -> dict[str, bytes]:
    folder = _RULES / pack
    names = [path for path in folder.rglob("*") if path.is_file() and "cases" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in names}


def _changed(pack: str, *changes: tuple[str, str, str]) -> dict[str, bytes]:
    files = _files(pack)
    for file, old, new in changes:
        text = files[file].decode()
        assert old in text, f"{old!r} is not in {file}"
        files[file] = text.replace(old, new, 1).encode()
    return files


def _issues(files: dict[str, bytes]) -> list[str]:
    try:
        read_pack("pack", files)
    except PackInvalid as error:
        return [str(issue) for issue in error.issues]
    return []


def test_a_sequence_is_read_with_its_condition_inputs_and_parameter() -> None:
    derivation = read_pack("pack", _files("master-like")).facts["negative-twice"].derivation
    assert derivation is not None
    assert isinstance(derivation.condition, Comparison)
    assert derivation.condition.operator is Operator.BELOW
    assert (derivation.kind, derivation.inputs, derivation.last, derivation.days_apart) == (
        "all-of-last",
        ("mrd",),
        2,
        28,
    )


def test_the_inputs_are_the_facts_of_the_sample_that_the_condition_tests() -> None:
    asked = "when: {all: [{fact: mrd, below: 1e-5}, {fact: assay, is: ngs}]}"
    pack = read_pack("pack", _changed("master-like", ("facts.yaml", "when: {fact: mrd, below: 1e-5}", asked)))
    derivation = pack.facts["negative-twice"].derivation
    assert isinstance(derivation, Derivation)
    assert derivation.inputs == ("mrd", "assay")


def test_a_count_is_read_and_has_no_upper_limit() -> None:
    files = _changed(
        "master-like",
        ("facts.yaml", "  type: boolean\n  absence: required\n  derive:\n", _AS_COUNT),
        ("facts.yaml", _DERIVE, "count: {fact: mrd, when: {fact: mrd, below: 1e-5}}"),
        ("properties.yaml", 'is: "false"', "below: 2"),
        *(("rules/" + rule, old, new) for rule, old, new in _COUNT_RULES),
    )
    fact = read_pack("pack", files).facts["negative-twice"]
    assert (fact.low, fact.high) == (0, None)


_AS_COUNT = '  type: integer\n  unit: "1"\n  absence: required\n  derive:\n'
_COUNT_RULES = (
    ("a-draft.yaml", 'is: "true"}, {fact: negative-twice, is: "false"}', "at-least: 2}"),
    ("a-single-arm-trial.yaml", 'is: "true"', "at-least: 2"),
    ("cytogenetics-not-read.yaml", 'is: "true"', "at-least: 2"),
    ("maintenance-helped-anyway.yaml", 'is: "true"', "at-least: 2"),
    ("negatives-shown.yaml", 'is: "true"', "at-least: 2"),
    ("negatives-not-shown.yaml", 'is: "false"', "below: 2"),
)


@pytest.mark.parametrize(
    ("old", "new", "issues"),
    [
        ("count: 2,", "count: 0,", ["`count` is not a whole number from 1 to 20"]),
        ("count: 2,", "count: 1.5,", ["`count` is not a whole number from 1 to 20"]),
        ("count: 2,", "count: 21,", ["`count` is not a whole number from 1 to 20"]),
        ("count: 2, ", "", ["missing key `count`"]),
        ("count: 2,", "counts: 2,", ["missing key `count`", "unknown key `counts` (did you mean `count`?)"]),
        ("fact: mrd, when", "fact: mrds, when", ["undefined fact `mrds` (did you mean `mrd`?)"]),
        (
            "fact: mrd, when",
            "fact: assay, when",
            [
                "`assay` is not read from a resource of its own (name the fact that `assay` is `of`)",
            ],
        ),
        (
            "fact: mrd, below: 1e-5}",
            'fact: relapse, is: "true"}',
            [
                "`relapse` is not a fact of the samples of `mrd` (let the `only` of `mrd` choose by it)",
            ],
        ),
        (
            "fact: mrd, below: 1e-5}",
            "fact: sample-date, before: 2026-01-01}",
            [
                (
                    "`sample-date` is a date, by which `all-of-last` does not ask (let the `only` of `mrd` choose "
                    "by dates; `all-of-last` puts samples in order)"
                ),
            ],
        ),
        (
            "{parameter: least-days-apart}",
            "0.5",
            ["`days-apart` is not a whole number of days from 1 to 36500"],
        ),
        ("count: 2,", "count: 1,", ["`days-apart` is for two samples or more (leave it out)"]),
        (
            "{parameter: least-days-apart}",
            "{parameter: least-day-apart}",
            ["undefined parameter `least-day-apart` (did you mean `least-days-apart`?)"],
        ),
        (
            "  type: boolean\n  absence: required\n  derive:",
            '  type: integer\n  unit: "1"\n  absence: required\n  derive:',
            ["`all-of-last` gives true or false (write `type: boolean`)"],
        ),
        (
            "      - {fact: assay, is: ngs}\n",
            '      - {fact: negative-twice, is: "true"}\n',
            [
                (
                    "the choice among readings of `mrd` rests on `negative-twice` "
                    "(a fact over several samples cannot choose among samples)"
                ),
            ],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_is_told(old: str, new: str, issues: list[str]) -> None:
    found = _issues(_changed("master-like", ("facts.yaml", old, new)))
    assert [one for one in found if one.startswith("facts.yaml")] == found or "integer" in new
    assert [one.split(" ", 1)[1] for one in found if one.startswith("facts.yaml")] == issues


def test_a_parameter_of_days_has_the_unit_of_days_and_a_default() -> None:
    weeks = _issues(_changed("master-like", ("parameters.yaml", "unit: d", "unit: wk")))
    assert weeks == [
        "facts.yaml:63:84: parameter `least-days-apart` has another unit than `d` (days apart are days)"
    ]
    off = _issues(_changed("master-like", ("parameters.yaml", "default: 28", "default: off")))
    assert off == [
        (
            "facts.yaml:58:1: `negative-twice` is derived by `least-days-apart`, which has no default "
            "(give the parameter a default)"
        )
    ]


@pytest.mark.parametrize(
    ("rule", "asked"), [("relapse-recorded", "{fact: mrd, at-least: 1e-5}"), ("relapse-recorded", "")]
)
def test_two_views_of_one_sequence_do_not_go_together(rule: str, asked: str) -> None:
    """The value of an input beside the sequence, and two sequences over one fact."""
    second = _files("master-like")["facts.yaml"].decode().split("negative-twice:\n")[1].split("\n\n")[0]
    files = _changed(
        "master-like",
        (
            f"rules/{rule}.yaml",
            '{fact: relapse, is: "true"}',
            asked or '{fact: other-twice, is: "true"}',
        ),
    )
    files["facts.yaml"] += b"" if asked else f"other-twice:\n{second}\n".encode()
    (issue,) = _issues(files)
    assert "which follows from it" in issue if asked else "which both follow from `mrd`" in issue


def test_the_status_of_an_input_may_stand_beside_it() -> None:
    files = _changed(
        "master-like",
        ("rules/relapse-recorded.yaml", '{fact: relapse, is: "true"}', "{fact: mrd, status: unusable}"),
    )
    assert _issues(files) == []


def test_a_ratio_has_no_unit_and_is_a_quantity() -> None:
    old = '  type: quantity\n  unit: "1"\n  at-least: 0\n  at-most: 100\n'
    unit = _issues(_changed("r-iss", ("facts.yaml", old, old.replace('"1"', "U/L"))))
    assert [one.split(" ", 1)[1] for one in unit] == [
        'element `ratio-to-upper-limit` gives a number without a unit (write `unit: "1"`)'
    ]
    whole = _issues(_changed("r-iss", ("facts.yaml", old, old.replace("quantity", "integer"))))
    assert [one.split(" ", 1)[1] for one in whole] == [
        "element `ratio-to-upper-limit` cannot carry a fact of type `integer`"
    ]
