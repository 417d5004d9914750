"""`reasons` of a case: rules of the pack and the one that is built in, each checked by name."""

import pytest

from pactolus_engine.cases import read_cases
from pactolus_engine.errors import PackInvalid
from pactolus_engine.pack.read import read_pack
from tests.support.small_files import SMALL

_FILES = {name: text.encode() for name, text in SMALL.items()}


def _reasons(text: str) -> tuple[str, ...] | None:
    pack = read_pack("small", _FILES)
    case = SMALL["cases/positive.yaml"].replace("reasons: [offered]", text)
    (read,) = read_cases({"cases/positive.yaml": case.encode()}, pack)
    return read.expect.reasons


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("reasons: []", ()),
        ("reasons: [offered, weak-heart]", ("offered", "weak-heart")),
        ("reasons: [pack-review-date]", ("pack-review-date",)),
        ("missing: []", None),
    ],
)
def test_reasons_are_read(text: str, reasons: tuple[str, ...] | None) -> None:
    assert _reasons(text) == reasons


def test_a_reason_that_is_no_rule_is_refused_with_its_place() -> None:
    with pytest.raises(PackInvalid) as refused:
        _reasons("reasons: [ofered]")
    (issue,) = refused.value.issues
    assert (issue.file, issue.line) == ("cases/positive.yaml", 4)
    assert "undefined rule `ofered`" in issue.message
