"""The bad input that every author and every attacker sends first: refused whole, at its place, with advice, in time."""

import time
from collections.abc import Mapping
from decimal import Decimal

import pytest

from pactolus_engine.compiled import compile_pack
from pactolus_engine.errors import PackInvalid
from pactolus_engine.match.durable import shards_of
from pactolus_engine.pack.model import Comparison
from pactolus_engine.pack.read import read_pack
from tests.engine.pack.minimal import changed, minimal_files

SECONDS = 2
"""Of one core: nothing here waits for anything, and the machine may be busy."""
LOAD_SECONDS = 5
"""For 1,000 rules, of one core."""

_A_RULE = "id: r{0}\ntitle: R\ntext: T.\nwhen: {{fact: mrd, below: {1}e-6}}\neffect: {{caveat: all}}\nrationale: r\n"


def _rules(count: int) -> dict[str, bytes]:
    return {f"rules/r{n}.yaml": _A_RULE.format(n, n + 1).encode() for n in range(count)}


def _doubling(levels: int) -> bytes:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, levels))]
    return "\n".join(lines).encode()


def _milligrams() -> dict[str, bytes]:
    """A fact in days beside a parameter in milligrams."""
    return changed(
        ("parameters.yaml", 'unit: "1"', "unit: mg"),
        (
            "facts.yaml",
            '  unit: "1"\n  at-least: 0\n  at-most: 60',
            "  unit: d\n  at-least: 0\n  at-most: 60",
        ),
    )


def _cyrillic(file: str, latin: str, look_alike: str) -> dict[str, bytes]:
    return changed((file, latin, look_alike))


_TOO_MUCH = "(a pack is written by hand; keep data and generated text out of it)"
_UNITS = "(give both the same unit)"
_LIMITS = "(at most 40 characters, exponent at most 30, no NaN, infinity or underscore)"
_ID = "not an id (an id is lower-case ASCII words joined by hyphens, as `mrd-status`)"

BAD: dict[str, tuple[Mapping[str, bytes], str]] = {
    "a YAML bomb": (
        minimal_files() | {"codes.yaml": _doubling(64)},
        "codes.yaml:1:5: anchors are not allowed (delete the `&` and its name)",
    ),
    "an anchor": (
        changed(("facts.yaml", "title: MRD", "title: &t MRD")),
        "facts.yaml:2:10: anchors are not allowed (delete the `&` and its name)",
    ),
    "an alias": (
        changed(("facts.yaml", "title: Relapse", "title: *t")),
        "facts.yaml:35:10: aliases are not allowed (write the value out)",
    ),
    "a duplicate key": (
        changed(("facts.yaml", "  at-most: 1\n", "  at-most: 1\n  at-most: 0.5\n")),
        "facts.yaml:7:3: duplicate key `at-most` (first given in line 6)",
    ),
    "a tab": (
        changed(("facts.yaml", "  title: MRD", "\ttitle: MRD")),
        "facts.yaml:2:1: the line has a tab (indent with spaces)",
    ),
    "ten megabytes": (
        minimal_files() | {"rules/marrow.yaml": b"# text\n" * 1_500_000},
        f"rules/marrow.yaml:1:1: the file is larger than 262144 bytes {_TOO_MUCH}",
    ),
    "10,000 rules": (
        minimal_files() | _rules(10_000),
        "pack.yaml:1:1: the pack has more than 4096 rules (split the pack by the question it answers)",
    ),
    "definitions in a circle": (
        changed(("rules/marrow.yaml", "{fact: specimen, is: marrow-aspirate}", "{defined: mrd-negative}")),
        "rules/marrow.yaml:1:1: definitions rest on each other: `marrow` → `mrd-negative` → `marrow` (write one of them out)",
    ),
    "a definition of itself": (
        changed(("rules/marrow.yaml", "{fact: specimen, is: marrow-aspirate}", "{not: {defined: marrow}}")),
        "rules/marrow.yaml:1:1: definitions rest on each other: `marrow` → `marrow` (write one of them out)",
    ),
    "days compared with milligrams": (
        _milligrams(),
        f"rules/offer-go-on.yaml:7:31: parameter `minimum-cycles` and fact `cycles` have different units {_UNITS}",
    ),
    "a number in quotes": (
        changed(("rules/negative.yaml", "1e-5", '"1e-5"')),
        f"rules/negative.yaml:3:33: expected a number, found another text {_LIMITS}",
    ),
    "a number that is none": (
        changed(("rules/negative.yaml", "1e-5", "1e-5.0")),
        f"rules/negative.yaml:3:33: expected a number, found another text {_LIMITS}",
    ),
    "a Cyrillic name where it is used": (
        _cyrillic("rules/negative.yaml", "fact: mrd", "fact: m\u0433d"),
        f"rules/negative.yaml:3:21: {_ID}",
    ),
    "a Cyrillic name where it is given": (
        _cyrillic("facts.yaml", "relapse:", "rel\u0430pse:"),
        f"facts.yaml:34:1: {_ID}",
    ),
    "a Cyrillic key": (
        _cyrillic("pack.yaml", "title:", "titl\u0435:"),
        "pack.yaml:4:1: unknown key with unusual characters (did you mean `title`?)",
    ),
    "a Cyrillic value": (
        _cyrillic("rules/marrow.yaml", "is: marrow-aspirate", "is: marrow-\u0430spirate"),
        "rules/marrow.yaml:3:28: not a value of `specimen` (did you mean `marrow-aspirate`?)",
    ),
    "a Cyrillic file name": (
        minimal_files() | {"rules/m\u0430rrow.yaml": b"id: x\n"},
        "rules/m?rrow.yaml:1:1: no such file belongs to a pack (see the table of files)",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_refused_at_its_place_with_advice_in_time(name: str) -> None:
    files, issue = BAD[name]
    started = time.process_time()
    with pytest.raises(PackInvalid) as refused:
        read_pack("bad", files)
    assert time.process_time() - started < SECONDS
    assert issue in [str(one) for one in refused.value.issues]
    assert all(one.line >= 1 and one.column >= 1 for one in refused.value.issues)


def test_a_number_is_the_decimal_of_its_text() -> None:
    """A float of 1e-5, or of 0.1, is another number; one threshold written in three ways is one."""
    for text in ("1e-5", "0.00001", "10E-6"):
        pack = read_pack("minimal", changed(("rules/negative.yaml", "1e-5", text)))
        (test, _) = pack.rules["negative"].condition.parts  # type: ignore[union-attr]
        assert isinstance(test, Comparison)
        assert test.constant == Decimal("0.00001")
    pack = read_pack("minimal", changed(("facts.yaml", "suspect-from: 0.05", "suspect-from: 0.1")))
    assert pack.facts["mrd"].suspect_from == Decimal("0.1")


def test_one_bad_file_among_good_ones_takes_nothing_and_tells_all() -> None:
    files = minimal_files() | {"rules/status.yaml": b"id: status\n", "evidence.yaml": b"trial: {}\n"}
    with pytest.raises(PackInvalid) as refused:
        read_pack("bad", files)
    assert {one.file for one in refused.value.issues} == {"rules/status.yaml", "evidence.yaml"}


def test_a_look_alike_is_never_advised() -> None:
    files = changed(("facts.yaml", "relapse:", "rel\u0430pse:"))
    with pytest.raises(PackInvalid) as refused:
        read_pack("bad", files)
    assert all(str(one).replace("→", "").isascii() for one in refused.value.issues)


def test_a_thousand_rules_load_in_time() -> None:
    files = minimal_files() | _rules(1_000)
    started = time.process_time()
    compiled = compile_pack(read_pack("large", files))
    shards_of(compiled)
    assert time.process_time() - started < LOAD_SECONDS
    assert len(compiled.conditions) > 1_000
