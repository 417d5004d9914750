"""The folder of overlays: each with its pack, none for nobody, and nothing from outside the folder."""

import os
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from pactolus_adapters.packs.folder import FolderShelf
from pactolus_engine.compiled import compile_pack
from pactolus_engine.errors import PackInvalid
from tests.engine.pack.minimal import OVERLAY, switched_files


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A rules folder with one pack, whose folder is not called as the pack."""
    for name, content in switched_files().items():
        file = tmp_path / "rules" / "some-folder" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return tmp_path / "rules"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with a good overlay, a README, and what editors and mounts leave."""
    folder = tmp_path / "site"
    (folder / "..data").mkdir(parents=True)
    (folder / "minimal.yaml").write_bytes(OVERLAY)
    (folder / "README.md").write_text("ours")
    (folder / ".minimal.yaml.swp").write_bytes(b"\xff")
    return folder


def _issues(rules: Path, site: Path) -> list[str]:
    with pytest.raises(PackInvalid) as refused:
        FolderShelf(rules, compile_pack, site)
    return [str(issue) for issue in refused.value.issues]


def test_an_overlay_finds_its_pack_by_id(rules: Path, site: Path) -> None:
    pack = FolderShelf(rules, compile_pack, site).get("minimal").pack
    assert pack.parameter_values["minimum-cycles"] == Decimal(5)
    assert pack.overlay is not None
    bare = FolderShelf(rules, compile_pack).get("minimal").pack
    assert bare.overlay is None
    assert bare.digest != pack.digest


def test_an_overlay_of_another_version_is_left_out_where_it_need_not_fit(rules: Path, site: Path) -> None:
    for fitting in (OVERLAY, OVERLAY.replace(b"1.2.3", b"1.2.2")):
        (site / "minimal.yaml").write_bytes(fitting)
        (site / "nobody.yaml").write_bytes(OVERLAY)
        found = FolderShelf(rules, compile_pack, site, where_they_fit=True).get("minimal").pack
        assert (found.overlay is not None) == (fitting == OVERLAY)
    (rules / "some-folder" / "pack.yaml").write_bytes(b"id: minimal")
    with pytest.raises(PackInvalid):
        FolderShelf(rules, compile_pack, site, where_they_fit=True)


def test_an_empty_folder_sets_nothing(rules: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    pack = FolderShelf(rules, compile_pack, tmp_path / "empty").get("minimal").pack
    assert pack == FolderShelf(rules, compile_pack).get("minimal").pack


def test_a_mounted_file_is_a_link_inside_the_folder(rules: Path, site: Path) -> None:
    shutil.move(site / "minimal.yaml", site / "..data" / "minimal.yaml")
    (site / "minimal.yaml").symlink_to("..data/minimal.yaml")
    assert FolderShelf(rules, compile_pack, site).get("minimal").pack.overlay is not None


def test_places_tell_pack_and_overlay_apart(rules: Path, site: Path) -> None:
    (site / "minimal.yaml").write_bytes(OVERLAY.replace(b"value: 5", b"value: 50"))
    (rules / "some-folder" / "rules" / "too-old.yaml").write_text("[")
    found = [issue.split(":")[:2] for issue in _issues(rules, site)]
    assert ["overlays/minimal.yaml", "6"] in found
    assert all(file.startswith(("overlays/", "some-folder/rules/")) for file, _ in found)


def test_files_that_are_no_overlays_are_refused_together(rules: Path, site: Path, tmp_path: Path) -> None:
    (site / "minimal.yml").write_bytes(OVERLAY)
    (site / "maximal.yaml").write_bytes(OVERLAY)
    (site / "folder.yaml").mkdir()
    os.mkfifo(site / "pipe.yaml")
    (tmp_path / "secret.yaml").write_text("x")
    (site / "away.yaml").symlink_to(tmp_path / "secret.yaml")
    (site / "nowhere.yaml").symlink_to(site / "gone")
    (site / "b\u00e4d.yaml").write_text("x")
    away = "a symbolic link leads out of the folder of the overlays"
    stranger = "there is no pack of that id (name the file after the id of a pack)"
    assert _issues(rules, site) == [
        f"overlays/away.yaml:1:1: {away}",
        f"overlays/b?d.yaml:1:1: {stranger}",
        "overlays/folder.yaml:1:1: the file cannot be read",
        f"overlays/maximal.yaml:1:1: {stranger}",
        "overlays/minimal.yml:1:1: this is no overlay (an overlay is named `<pack id>.yaml`)",
        f"overlays/nowhere.yaml:1:1: {away}",
        "overlays/pipe.yaml:1:1: this is no ordinary file",
    ]


def test_a_pack_whose_id_cannot_be_read_may_be_the_one_that_is_meant(rules: Path, site: Path) -> None:
    (rules / "some-folder" / "pack.yaml").write_text("id: [")
    assert not [issue for issue in _issues(rules, site) if issue.startswith("overlays/")]


def test_an_overlay_is_for_one_version(rules: Path, site: Path) -> None:
    shutil.copytree(rules / "some-folder", rules / "later")
    meta = rules / "later" / "pack.yaml"
    meta.write_text(meta.read_text().replace("1.2.3", "1.2.4"))
    assert [issue.split(" (")[0] for issue in _issues(rules, site)] == [
        "overlays/minimal.yaml:2:15: the overlay is for another version of the pack"
    ]


def test_a_folder_that_is_not_there_is_told(rules: Path, tmp_path: Path) -> None:
    assert _issues(rules, tmp_path / "nowhere") == ["overlays:1:1: the folder of the overlays cannot be read"]
