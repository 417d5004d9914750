"""The rules folder on disk: all packs or none, and nothing from outside a pack's folder."""

import os
import shutil
import time
from pathlib import Path

import pytest

from pactolus_adapters.packs.folder import FolderShelf, read_pack_files
from pactolus_engine.compiled import compile_pack
from pactolus_engine.errors import PackInvalid, PackNotFound
from pactolus_engine.ports import PackShelf
from tests.engine.pack.minimal import FOLDER, minimal_files


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    root = tmp_path / "rules"
    shutil.copytree(FOLDER, root / "minimal")
    (root / "README.md").write_text("not a pack")
    return root


def _issues(rules: Path) -> list[str]:
    with pytest.raises(PackInvalid) as refused:
        FolderShelf(rules, compile_pack)
    return [str(issue) for issue in refused.value.issues]


def _copy(rules: Path, name: str, version: str) -> Path:
    folder = rules / name
    shutil.copytree(FOLDER, folder)
    meta = folder / "pack.yaml"
    meta.write_text(meta.read_text().replace("1.2.3", version))
    return folder


def test_a_pack_is_on_the_shelf_compiled(rules: Path) -> None:
    shelf: PackShelf = FolderShelf(rules, compile_pack)
    held = shelf.get("minimal")
    assert held.pack.version == "1.2.3"
    assert held.engine_rules
    assert shelf.get("minimal", "1.2.3") is held
    assert shelf.all() == (held,)


def test_files_are_read_as_they_are() -> None:
    assert read_pack_files(FOLDER) == minimal_files()


def test_the_highest_version_is_active(rules: Path) -> None:
    _copy(rules, "later", "1.10.0")
    _copy(rules, "earlier", "1.9.9")
    shelf = FolderShelf(rules, compile_pack)
    assert shelf.get("minimal").pack.version == "1.10.0"
    assert [held.pack.version for held in shelf.all()] == ["1.2.3", "1.9.9", "1.10.0"]


@pytest.mark.parametrize(("pack", "version"), [("maximal", ""), ("minimal", "1.2.4"), ("", "")])
def test_what_is_not_there_is_not_found(rules: Path, pack: str, version: str) -> None:
    shelf = FolderShelf(rules, compile_pack)
    with pytest.raises(PackNotFound):
        shelf.get(pack, version)


def test_the_shelf_does_not_follow_the_disk(rules: Path) -> None:
    shelf = FolderShelf(rules, compile_pack)
    shutil.rmtree(rules / "minimal")
    assert shelf.get("minimal").pack.id == "minimal"


def test_two_folders_with_one_version_are_refused(rules: Path) -> None:
    _copy(rules, "twin", "1.2.3")
    assert _issues(rules) == [".:1:1: two folders hold version 1.2.3 of pack `minimal`"]


def test_the_issues_of_all_packs_come_together(rules: Path) -> None:
    (rules / "other").mkdir()
    (rules / "minimal" / "rules" / "marrow.yaml").write_text("[")
    assert _issues(rules) == [
        "minimal/rules/marrow.yaml:1:2: not valid YAML",
        "other/facts.yaml:1:1: the file is missing",
        "other/pack.yaml:1:1: the file is missing",
        "other/pack.yaml:1:1: the pack has no rules",
    ]


def test_hidden_and_set_aside_folders_are_no_packs(rules: Path) -> None:
    (rules / ".git").mkdir()
    (rules / "_drafts").mkdir()
    (rules / "minimal" / "rules" / ".marrow.yaml.swp").write_bytes(b"\0")
    assert len(FolderShelf(rules, compile_pack).all()) == 1


def test_no_rules_folder(tmp_path: Path) -> None:
    assert _issues(tmp_path / "nowhere") == [".:1:1: the rules folder cannot be read"]


@pytest.mark.parametrize("target", ["../../secret.yaml", "/etc/hostname", "../gone.yaml"])
def test_a_link_that_leads_out_is_refused(rules: Path, target: str) -> None:
    (rules.parent / "secret.yaml").write_text("id: secret")
    (rules / "minimal" / "rules" / "secret.yaml").symlink_to(target)
    assert _issues(rules) == [
        "minimal/rules/secret.yaml:1:1: a symbolic link leads out of the folder of the pack"
    ]


def test_a_linked_folder_that_leads_out_is_refused(rules: Path) -> None:
    shutil.rmtree(rules / "minimal" / "cases")
    shutil.copytree(FOLDER / "cases", rules.parent / "cases")
    (rules / "minimal" / "cases").symlink_to(rules.parent / "cases")
    assert _issues(rules) == ["minimal/cases:1:1: a symbolic link leads out of the folder of the pack"]


def test_a_linked_pack_that_leads_out_is_refused(rules: Path) -> None:
    shutil.move(rules / "minimal", rules.parent / "elsewhere")
    (rules / "minimal").symlink_to(rules.parent / "elsewhere")
    assert _issues(rules) == ["minimal:1:1: a symbolic link leads out of the rules folder"]


def test_a_link_inside_the_pack_is_followed(rules: Path) -> None:
    """A mounted configuration volume looks like this."""
    hidden = rules / "minimal" / "..data"
    hidden.mkdir()
    shutil.move(rules / "minimal" / "pack.yaml", hidden / "pack.yaml")
    (rules / "minimal" / "pack.yaml").symlink_to("..data/pack.yaml")
    assert FolderShelf(rules, compile_pack).get("minimal").pack.digest


def test_a_folder_that_belongs_to_no_pack_is_refused(rules: Path) -> None:
    (rules / "minimal" / "rules" / "old").mkdir()
    assert _issues(rules) == [
        "minimal/rules/old:1:1: no such folder belongs to a pack (a pack has the folders `rules` and `cases`)"
    ]


def test_a_pipe_does_not_hang_the_start(rules: Path) -> None:
    os.mkfifo(rules / "minimal" / "rules" / "pipe.yaml")
    assert _issues(rules) == ["minimal/rules/pipe.yaml:1:1: this is no ordinary file"]


def test_a_huge_file_is_refused_without_reading_it_whole(rules: Path) -> None:
    with (rules / "minimal" / "rules" / "huge.yaml").open("wb") as file:
        file.truncate(10 * 2**30)
    started = time.monotonic()
    assert _issues(rules) == [
        "minimal/rules/huge.yaml:1:1: the file is larger than 262144 bytes (a pack is written by hand; keep data and generated text out of it)"
    ]
    assert time.monotonic() - started < 2


def test_too_much_in_one_pack_is_refused(rules: Path) -> None:
    for number in range(20):
        (rules / "minimal" / "cases" / f"big{number}.json").write_bytes(b" " * 262_144)
    assert _issues(rules) == ["minimal/pack.yaml:1:1: the folder holds too many files or too much in them"]
