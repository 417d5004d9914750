"""Recording a sign-off: what is written, what it counts for, and what is refused and changes nothing."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pactolus_adapters.authoring.approve import NothingToApprove, Recorded, Signatory, approve
from pactolus_adapters.authoring.draft import open_draft
from pactolus_adapters.packs.folder import FolderShelf
from pactolus_engine.compiled import compile_pack
from pactolus_engine.errors import PackInvalid
from pactolus_engine.pack.sign_off import pack_sign_off, parameter_sign_off
from pactolus_engine.unsigned import unsigned
from tests.engine.pack.minimal import OVERLAY
from tests.support.released import Bench

_DAY = date(2026, 11, 20)
_WHO = Signatory('Dr. "Ä" Example: #1', "haematologist", _DAY, "read in full")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "minimal.yaml").write_bytes(OVERLAY)
    return folder


def _approve(bench: Bench, who: Signatory = _WHO, **more: Any) -> Recorded:
    return approve(bench.pack, who, **more)


def test_a_pack_is_approved_as_it_is_and_the_rest_stays_open(bench: Bench) -> None:
    recorded = _approve(bench)
    assert recorded.file == bench.pack / "approvals.yaml"
    (standing,) = pack_sign_off(open_draft(bench.pack).pack).standing
    assert (standing.by, standing.role, standing.on, standing.note) == (
        'Dr. "Ä" Example: #1',
        "haematologist",
        _DAY,
        "read in full",
    )
    (waiting,) = recorded.open
    assert waiting.endswith(" wait for a clinician's sign-off: laboratory-limit = 3 d; minimum-cycles = 6")


def test_every_value_that_waits_can_be_approved(bench: Bench) -> None:
    _approve(bench)
    for parameter in ("minimum-cycles", "laboratory-limit"):
        recorded = _approve(bench, parameter=parameter)
    assert recorded.open == ()
    assert unsigned(open_draft(bench.pack).pack) == ()


def test_an_approval_lapses_with_the_next_edit(bench: Bench) -> None:
    _approve(bench)
    bench.edit("rules/too-old.yaml", "stopped", "Stopped")
    pack = open_draft(bench.pack).pack
    assert "has lapsed" in unsigned(pack)[0].text
    _approve(bench)
    assert pack_sign_off(open_draft(bench.pack).pack).is_approved


def test_a_site_approves_its_overlay_and_its_values_beside_it(bench: Bench, site: Path) -> None:
    overlay = site / "minimal.yaml"
    assert _approve(bench, overlay=overlay).file == site / "minimal.approvals.yaml"
    _approve(bench, overlay=overlay, parameter="most-cycles")
    _approve(bench, overlays=site)
    for parameter in ("minimum-cycles", "laboratory-limit"):
        recorded = _approve(bench, overlays=site, parameter=parameter)
    assert recorded.open == ()
    assert not (bench.pack / "approvals.yaml").exists()


def test_the_shelf_reads_the_sign_offs_of_the_site(bench: Bench, site: Path) -> None:
    (bench.root / "rules").mkdir()
    bench.pack.rename(bench.root / "rules" / "some-folder")
    (bench.root / "minimal").symlink_to("rules/some-folder")
    _approve(bench, overlay=site / "minimal.yaml")
    pack = FolderShelf(bench.root / "rules", compile_pack, site).get("minimal").pack
    assert [caveat.rule for caveat in unsigned(pack)] == ["pack-not-approved", "parameters-not-approved"]


def test_sign_offs_for_no_pack_and_broken_ones_refuse_the_shelf(bench: Bench, site: Path) -> None:
    (bench.root / "rules").mkdir()
    bench.pack.rename(bench.root / "rules" / "some-folder")
    (site / "other.approvals.yaml").write_text("approvals: []")
    (site / "minimal.approvals.yaml").write_text("approvals: {}\n")
    with pytest.raises(PackInvalid) as refused:
        FolderShelf(bench.root / "rules", compile_pack, site)
    told = [str(issue) for issue in refused.value.issues]
    assert told == [
        "overlays/minimal.approvals.yaml:1:12: expected a list of approvals, found a map (delete the file)",
        "overlays/other.approvals.yaml:1:1: there is no pack of that id (name the file after the id of a pack)",
    ]


def test_a_default_that_a_site_changed_is_not_what_was_approved(bench: Bench, site: Path) -> None:
    _approve(bench, parameter="minimum-cycles")
    recorded = _approve(bench, overlays=site)
    assert parameter_sign_off(open_draft(bench.pack).pack, "minimum-cycles").is_approved
    told = f"minimum-cycles = 5 (lapsed: {_WHO.by} (haematologist, 2026-11-20) approved 6 before a change)"
    assert told in recorded.open[1]


@pytest.mark.parametrize(
    ("who", "more", "told"),
    [
        (_WHO, {"parameter": "most-cycles"}, r"those that do: `laboratory-limit`, `minimum-cycles`"),
        (_WHO, {"parameter": "nothing"}, "no value in force of a parameter of that name"),
        (Signatory("Dr. A\nB", "r", _DAY), {}, "the name is expected to be one line"),
        (Signatory("Dr. A", "x" * 201, _DAY), {}, "the role is expected to be one line of at most 200"),
        (Signatory("Dr. A", "r", _DAY, "a\tb"), {}, "the note is expected"),
        (Signatory("", "r", _DAY), {}, "needs a name and a role"),
    ],
)
def test_what_cannot_be_approved_changes_nothing(
    bench: Bench, who: Signatory, more: dict[str, Any], told: str
) -> None:
    with pytest.raises(NothingToApprove, match=told):
        _approve(bench, who, **more)
    assert not (bench.pack / "approvals.yaml").exists()


def test_the_same_word_twice_is_refused_and_another_is_taken(bench: Bench) -> None:
    _approve(bench)
    before = (bench.pack / "approvals.yaml").read_bytes()
    with pytest.raises(NothingToApprove, match="approved exactly this already"):
        _approve(bench, Signatory(_WHO.by, _WHO.role, date(2026, 11, 21)))
    assert (bench.pack / "approvals.yaml").read_bytes() == before
    _approve(bench, Signatory("Dr. B", "head of the laboratory", _DAY))
    assert len(pack_sign_off(open_draft(bench.pack).pack).standing) == 2


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_file_written_by_hand_goes_on_as_it_was_written(bench: Bench, end: str) -> None:
    entry = f'approvals:\n- {{of: pack, digest: "{"ab" * 32}", by: Dr. H, role: r, on: 2026-01-01}}{end}'
    (bench.pack / "approvals.yaml").write_text(entry)
    assert len(_approve(bench).pack.approvals) == 2


def test_an_overlay_of_another_name_and_a_broken_one_are_refused(bench: Bench, site: Path) -> None:
    (site / "other.yaml").write_bytes(OVERLAY)
    with pytest.raises(NothingToApprove, match=r"is named `minimal\.yaml`"):
        _approve(bench, overlay=site / "other.yaml")
    (site / "minimal.yaml").write_bytes(OVERLAY.replace(b"value: 8", b"value: 800"))
    with pytest.raises(PackInvalid, match=r"overlays/minimal.yaml:9:12: the value lies outside the range"):
        _approve(bench, overlay=site / "minimal.yaml")
    assert sorted(file.name for file in site.iterdir()) == ["minimal.yaml", "other.yaml"]
