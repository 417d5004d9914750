"""Sign-off as data: how it is read, what it binds to, and when it lapses."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pactolus_engine.errors import PackInvalid
from pactolus_engine.pack.approval import overlay_content_digest, parameter_content_digest
from pactolus_engine.pack.digest import content_digest
from pactolus_engine.pack.model import Pack
from pactolus_engine.pack.read import read_pack
from pactolus_engine.pack.sign_off import (
    overlay_sign_off,
    pack_sign_off,
    parameter_sign_off,
    signing_parameters,
)
from pactolus_engine.unsigned import NOT_APPROVED, OVERLAY_NOT_APPROVED, PARAMETERS_NOT_APPROVED, unsigned
from tests.engine.pack.minimal import OVERLAY, switched_files

_FILE = "approvals.yaml"
_SITE = "overlays/minimal.approvals.yaml"
_DIGEST = "ab" * 32


def _entry(of: str, digest: str, **more: str) -> str:
    said = {
        "of": of,
        "digest": f'"{digest}"',
        "by": "Dr. A",
        "role": "haematologist",
        "on": "2026-02-01",
    } | more
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in said.items()) + "}\n"


def _text(*entries: str) -> bytes:
    return "".join(("approvals:\n", *entries)).encode()


def _read(
    own: bytes | None = None,
    site: bytes | None = None,
    overlay: bytes | None = OVERLAY,
    change: Callable[[bytes], bytes] = bytes,
) -> Pack:
    files = switched_files() | ({_FILE: own} if own else {})
    files["rules/too-long.yaml"] = change(files["rules/too-long.yaml"])
    return read_pack(
        "minimal",
        files,
        overlay=("overlays/minimal.yaml", overlay) if overlay else None,
        site_approvals=(_SITE, site) if site else None,
    )


def _all_signed() -> tuple[bytes, bytes]:
    """Approvals of the pack, its overlay and every value in force, and no others."""
    content = _read().content_digest
    values = [
        _entry(
            "parameter",
            parameter_content_digest(content, parameter.id, _read().parameter_values[parameter.id]),
            parameter=parameter.id,
            value=str(_read().parameter_values[parameter.id]),
        )
        for parameter in signing_parameters(_read())
    ]
    site = _text(_entry("overlay", overlay_content_digest(content, OVERLAY)), *values)
    return _text(_entry("pack", content)), site


def _rules(pack: Pack) -> list[str]:
    return [caveat.rule for caveat in unsigned(pack)]


def test_without_approvals_everything_says_so() -> None:
    assert _rules(_read()) == [NOT_APPROVED, OVERLAY_NOT_APPROVED, PARAMETERS_NOT_APPROVED]
    values = unsigned(_read())[-1].text
    assert values == (
        "not clinically approved: values that wait for a clinician's sign-off: laboratory-limit = 3 d; "
        "minimum-cycles = 5; most-cycles = 8"
    )


def test_what_is_approved_as_it_is_says_nothing() -> None:
    own, site = _all_signed()
    assert unsigned(_read(own, site)) == ()


def test_a_value_that_no_site_has_set_waits_for_nothing() -> None:
    waiting = [parameter.id for parameter in signing_parameters(_read(overlay=None))]
    assert waiting == ["laboratory-limit", "minimum-cycles"]


def test_one_byte_of_a_rule_lapses_every_approval() -> None:
    own, site = _all_signed()
    pack = _read(own, site, change=lambda rule: rule.replace(b"Too many", b"Too_many"))
    by = "by Dr. A (haematologist, 2026-02-01)"
    assert [caveat.text.partition(" has lapsed")[0] for caveat in unsigned(pack)[:2]] == [
        f"not clinically approved: the approval of this rule pack {by}",
        f"not clinically approved: the approval of this site's overlay of the rule pack {by}",
    ]
    told = "most-cycles = 8 (lapsed: Dr. A (haematologist, 2026-02-01) approved 8 before a change)"
    assert told in unsigned(pack)[2].text


def test_another_value_lapses_its_own_approval_and_that_of_the_overlay() -> None:
    own, site = _all_signed()
    pack = _read(own, site, overlay=OVERLAY.replace(b"value: 8", b"value: 9"))
    assert _rules(pack) == [OVERLAY_NOT_APPROVED, PARAMETERS_NOT_APPROVED]
    assert unsigned(pack)[-1].text.endswith(
        "most-cycles = 9 (lapsed: Dr. A (haematologist, 2026-02-01) approved 8 before a change)"
    )
    assert parameter_sign_off(pack, "minimum-cycles").is_approved


def test_one_standing_approval_is_enough_whatever_lapsed_before() -> None:
    content = _read().content_digest
    pack = _read(_text(_entry("pack", _DIGEST, on="2026-05-01"), _entry("pack", content, by="Dr. B")))
    found = pack_sign_off(pack)
    assert ([one.by for one in found.standing], [one.by for one in found.lapsed]) == (["Dr. B"], ["Dr. A"])
    assert found.last_lapsed is None


def test_approvals_change_the_digest_of_decisions_and_not_what_is_approved() -> None:
    own, site = _all_signed()
    bare, mine, both = _read(), _read(own), _read(own, site)
    assert len({bare.digest, mine.digest, both.digest}) == 3
    assert len({bare.content_digest, mine.content_digest, both.content_digest}) == 1
    assert overlay_sign_off(both).is_approved
    assert not overlay_sign_off(_read(own, site, overlay=None)).is_approved


@given(
    some.dictionaries(some.text(min_size=1, max_size=4), some.binary(max_size=4), max_size=4),
    some.dictionaries(some.text(min_size=1, max_size=4), some.binary(max_size=4), max_size=4),
)
def test_two_contents_have_one_digest_only_if_they_are_one(
    one: dict[str, bytes], other: dict[str, bytes]
) -> None:
    assert (content_digest(one) == content_digest(other)) == (one == other)


def test_the_value_of_a_parameter_counts_however_it_is_written() -> None:
    digests = {parameter_content_digest(_DIGEST, "p", Decimal(text)) for text in ("8", "8.0", "0.8e1")}
    assert len(digests) == 1
    assert parameter_content_digest(_DIGEST, "p", Decimal("8.1")) not in digests


@pytest.mark.parametrize(
    ("text", "issues"),
    [
        (b"approvals: []\n", ["1:12: expected a list of approvals, found an empty one (delete the file)"]),
        (b"approvals:\n", ["2:1: expected a list of approvals, found nothing (delete the file)"]),
        (b"approved: []\n", ["1:1: missing key `approvals`", "1:1: unknown key `approved` (did you mean"]),
        (_text("  - yes\n"), ["2:5: expected a map, found a text"]),
        (_text(_entry("overlay", _DIGEST)), ["2:10: a pack cannot approve the overlay of a site"]),
        (_text(_entry("packs", _DIGEST)), ["2:10: `of` is not one of the words allowed here"]),
        (_text(_entry("pack", "AB" * 32)), ["2:24: `digest` is not 64 characters of lower-case hex"]),
        (_text(_entry("pack", _DIGEST, value="3")), ["`value` is not allowed here (only the approval of"]),
        (_text(_entry("pack", _DIGEST, on="yesterday")), ["expected a date `YYYY-MM-DD`"]),
        (_text(_entry("pack", _DIGEST, by='""')), ["expected a text, found a blank one"]),
        (
            _text(_entry("parameter", _DIGEST, parameter="most-cycle")),
            ["missing key `value`", "undefined parameter `most-cycle` (did you mean `most-cycles`?)"],
        ),
    ],
)
def test_a_mistake_in_approvals_is_told_with_its_place(text: bytes, issues: list[str]) -> None:
    with pytest.raises(PackInvalid) as refused:
        _read(text)
    told = [str(issue) for issue in refused.value.issues]
    assert len(told) == len(issues)
    for expected, found in zip(issues, told, strict=True):
        assert found.startswith(f"{_FILE}:")
        assert expected in found


def test_a_mistake_in_the_approvals_of_a_site_refuses_the_pack() -> None:
    with pytest.raises(PackInvalid, match=rf"{_SITE}:2:\d+: `digest` is not"):
        _read(site=_text(_entry("overlay", "1234")))


def test_approved_by_is_refused_with_advice() -> None:
    files = switched_files()
    files["pack.yaml"] += b"approved-by: Dr. A\n"
    with pytest.raises(
        PackInvalid, match=r"`approved-by` does not count as an approval .delete it; `pactolus"
    ):
        read_pack("minimal", files)
