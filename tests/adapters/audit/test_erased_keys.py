"""The list of erased keys survives a power cut, and nothing else passes for one."""

from pathlib import Path

import pytest

from pactolus_adapters.audit.erased_keys import ErasedKeys
from pactolus_engine.errors import AuditUnavailable

ONE, TWO = "ab" * 16, "01" * 16


def test_ids_are_kept_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "erased-keys"
    assert ErasedKeys(path).read() == frozenset()
    for key_id in (TWO, ONE):
        ErasedKeys(path).add(key_id)
    assert ErasedKeys(path).read() == {ONE, TWO}
    assert path.read_text() == f"{TWO}\n{ONE}\n"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("cut", [1, 16, 31, 32])
def test_a_line_that_was_cut_off_spoils_no_other(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "erased-keys"
    path.write_text(f"{ONE}\n{TWO[:cut]}")
    ErasedKeys(path).add("cd" * 16)
    assert ErasedKeys(path).read() == {ONE, "cd" * 16} | ({TWO} if cut == 32 else set())


@pytest.mark.parametrize("content", ["<html>\n", f"{ONE} {TWO}\n", f"{ONE}\n{TWO}00\n", "Ä\n"])
def test_another_file_is_no_list(tmp_path: Path, content: str) -> None:
    path = tmp_path / "erased-keys"
    path.write_text(content)
    with pytest.raises(AuditUnavailable, match="`erased-keys`"):
        ErasedKeys(path).read()


def test_where_nothing_can_be_kept_nothing_is_erased(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("")
    (tmp_path / "erased-keys").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AuditUnavailable, match="nothing was erased"):
        ErasedKeys(tmp_path / "erased-keys").add(ONE)
