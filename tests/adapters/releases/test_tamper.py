"""What somebody may do to a folder of releases, and what a server says to it before it starts."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pactolus_adapters.authoring.activate import NoReason
from pactolus_adapters.authoring.approve import Signatory, approve
from pactolus_adapters.authoring.signatures import new_keys
from pactolus_adapters.releases.shelf import ReleaseShelf
from pactolus_adapters.signing.keys import read_trust
from pactolus_engine.compiled import compile_pack
from pactolus_engine.errors import PackInvalid, PackNotFound
from pactolus_engine.pack.approval import Approved
from tests.engine.pack.minimal import OVERLAY
from tests.support.released import NOW, Bench

_OLD, _NEW = "1.2.3", "1.3.0"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Two versions, the newer one active."""
    bench = Bench(tmp_path)
    bench.release_all(_OLD, _NEW)
    return bench


def _issues(bench: Bench) -> list[str]:
    with pytest.raises(PackInvalid) as refused:
        bench.shelf()
    return [str(issue) for issue in refused.value.issues]


def test_the_active_version_decides_and_the_others_are_there_by_name(bench: Bench) -> None:
    shelf = bench.shelf()
    assert shelf.get("minimal").pack.version == _NEW
    assert shelf.get("minimal", _OLD).pack.version == _OLD
    assert [held.pack.version for held in shelf.all()] == [_OLD, _NEW]
    for wrong in (("minimal", "9.9.9"), ("other", ""), ("other", _NEW)):
        with pytest.raises(PackNotFound):
            shelf.get(*wrong)


def test_what_is_published_and_not_active_does_not_decide(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.publish()
    shelf = bench.shelf()
    with pytest.raises(PackNotFound, match="no version of such a pack is active"):
        shelf.get("minimal")
    assert shelf.get("minimal", _OLD).pack.version == _OLD


_PACK = Path("minimal") / _NEW / "pack"


def _append(file: Path) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        with (root / file).open("a") as opened:
            opened.write("\n")

    return change


def _remove(file: Path) -> Callable[[Path], None]:
    return lambda root: (root / file).unlink()


def _add(file: Path) -> Callable[[Path], None]:
    return lambda root: (root / file).write_text("approvals: []\n")


def _swap(file: str) -> Callable[[Path], None]:
    """The file of the old version in place of that of the new one."""
    return lambda root: shutil.copy(root / "minimal" / _OLD / file, root / "minimal" / _NEW / file)


def _edit(file: Path, old: bytes, new: bytes) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        content = (root / file).read_bytes()
        assert old in content
        (root / file).write_bytes(content.replace(old, new, 1))

    return change


def _swap_folder(root: Path) -> None:
    """A whole old version, its signatures with it, under the name of the new one."""
    shutil.rmtree(root / "minimal" / _NEW)
    shutil.copytree(root / "minimal" / _OLD, root / "minimal" / _NEW)


_RELEASE = Path("minimal") / _NEW / "release.json"
_CHAIN = Path("activations.jsonl")
_AT = f"minimal/{_NEW}"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            _append(_PACK / "rules/too-old.yaml"),
            f"{_AT}/pack/rules/too-old.yaml:1:1: the content is not what",
        ),
        (
            _remove(_PACK / "README.md"),
            f"{_AT}/pack/README.md:1:1: the file was published, and is missing now",
        ),
        (_add(_PACK / "rules/new.yaml"), f"{_AT}/pack/rules/new.yaml:1:1: the file was added later"),
        (_add(_PACK / "approvals.yaml"), f"{_AT}/pack/approvals.yaml:1:1: the file was added later"),
        (_swap("pack/signature.json"), f"{_AT}/pack/signature.json:1:1: the content is not what"),
        (_swap("release.json"), f"{_AT}/release.json:1:1: this is the release of `minimal` {_OLD}"),
        (_swap_folder, f"{_AT}/release.json:1:1: this is the release of `minimal` {_OLD}"),
        (
            _edit(_RELEASE, b'"checked":{}', b'"checked":{"x":{}}'),
            f"{_AT}/release.json:1:1: the signature does not fit the statement",
        ),
        (
            _append(_RELEASE),
            f"{_AT}/release.json:1:1: the signature cannot be read: the file is not in canon",
        ),
        (_remove(_RELEASE), f"{_AT}/release.json:1:1: the file cannot be read"),
        (_add(Path("minimal") / _NEW / "more.txt"), f"{_AT}/more.txt:1:1: no such file belongs to a release"),
        (_add(Path("minimal") / "more.txt"), "minimal/more.txt:1:1: no such thing belongs to the versions"),
        (_add(Path("more.txt")), "more.txt:1:1: no such thing belongs to a folder of releases"),
        (_edit(_CHAIN, b'"1.3.0"', b'"1.2.3"'), "activations.jsonl:2:1: this is no activation, or it was"),
        (_edit(_CHAIN, b'"A. Operator"', b'"B. Operator"'), "activations.jsonl:1:1: this is no activation"),
        (_append(_CHAIN), "activations.jsonl:3:1: this is no activation, or it was edited"),
        (
            lambda root: shutil.rmtree(root / "minimal" / _NEW),
            "activations.jsonl:1:1: `minimal` 1.3.0 is active, and its release is not there",
        ),
    ],
)
def test_no_server_starts_on_what_was_altered(
    bench: Bench, change: Callable[[Path], None], told: str
) -> None:
    change(bench.releases)
    (issue,) = _issues(bench)
    assert issue.startswith(told)


def test_another_key_is_not_enough(bench: Bench, tmp_path: Path) -> None:
    other = new_keys(tmp_path / "other.pem")
    with pytest.raises(PackInvalid) as refused:
        ReleaseShelf(bench.releases, read_trust([other.public]), compile_pack)
    assert len(refused.value.issues) == 2
    assert all("which is not trusted" in issue.message for issue in refused.value.issues)


def test_a_release_made_anew_by_a_trusted_key_is_not_the_one_that_was_activated(bench: Bench) -> None:
    """Somebody who holds the key writes the version again: the activation still names the first one."""
    shutil.rmtree(bench.releases / "minimal" / _NEW)
    bench.edit("rules/too-old.yaml", "stopped", "Stopped")
    bench.publish()
    (issue,) = _issues(bench)
    assert issue.startswith("activations.jsonl:1:1: `minimal` 1.3.0 is not the release that was activated")


def test_a_chain_without_its_last_line_goes_back_unseen_but_never_to_what_is_not_signed(
    bench: Bench,
) -> None:
    """The honest limit: whoever can write the folder can go back to an older signed version."""
    chain = bench.releases / "activations.jsonl"
    chain.write_bytes(chain.read_bytes().splitlines(keepends=True)[0])
    assert bench.shelf().get("minimal").pack.version == _OLD


def test_a_folder_that_was_put_back_as_a_whole_goes_back_unseen(bench: Bench, tmp_path: Path) -> None:
    """The same limit: a backup of the folder holds together."""
    before = tmp_path / "before"
    shutil.copytree(bench.releases, before)
    bench.release_all("1.4.0")
    shutil.rmtree(bench.releases)
    before.rename(bench.releases)
    assert bench.shelf().get("minimal").pack.version == _NEW


def test_a_lower_version_becomes_active_only_on_purpose(bench: Bench) -> None:
    chain = bench.releases / "activations.jsonl"
    before = chain.read_bytes()
    with pytest.raises(PackInvalid, match=r"version 1\.2\.3 is lower than 1\.3\.0, which was active before"):
        bench.activate(_OLD)
    with pytest.raises(NoReason, match="needs a reason"):
        bench.activate(_OLD, rollback=True)
    bench.raise_version("1.4.0")
    bench.publish()
    with pytest.raises(PackInvalid, match=r"version 1\.4\.0 is not lower than any that was active before"):
        bench.activate("1.4.0", rollback=True, reason="by mistake")
    assert chain.read_bytes() == before


def test_going_back_is_recorded_and_the_highest_is_remembered(bench: Bench) -> None:
    bench.activate(_OLD, rollback=True, reason="the new one misreads our codes")
    last = json.loads((bench.releases / "activations.jsonl").read_text().splitlines()[-1])
    assert (last["version"], last["rollback"], last["reason"], last["by"], last["at"]) == (
        _OLD,
        True,
        "the new one misreads our codes",
        "A. Operator",
        "2026-11-24T09:30:00.000Z",
    )
    assert bench.shelf().get("minimal").pack.version == _OLD
    assert not bench.activate(_OLD).is_new
    assert bench.activate(_NEW).is_new


def test_what_is_not_there_or_altered_does_not_become_active(bench: Bench) -> None:
    bench.raise_version("1.4.0")
    bench.publish()
    with pytest.raises(PackNotFound):
        bench.activate("1.5.0")
    _append(Path("minimal/1.4.0/pack/README.md"))(bench.releases)
    with pytest.raises(PackInvalid, match=r"minimal/1\.4\.0/pack/README\.md:1:1: the content is not what"):
        bench.activate("1.4.0")
    with pytest.raises(NoReason):
        bench.activate(_NEW, by=" ")


def test_the_overlay_of_a_site_is_for_the_active_version(bench: Bench, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "minimal.yaml").write_bytes(OVERLAY.replace(b"1.2.3", b"1.3.0"))
    shelf = bench.shelf(site)
    assert shelf.get("minimal").pack.overlay is not None
    assert shelf.get("minimal", _OLD).pack.overlay is None
    (site / "minimal.yaml").write_bytes(OVERLAY)
    with pytest.raises(PackInvalid, match=r"overlays/minimal.yaml:2:15: the overlay is for another version"):
        bench.shelf(site)
    (site / "minimal.yaml").unlink()
    (site / "other.yaml").write_bytes(OVERLAY)
    with pytest.raises(PackInvalid, match=r"overlays/other.yaml:1:1: there is no pack of that id"):
        bench.shelf(site)


def test_a_site_signs_a_published_pack_off_without_touching_it(bench: Bench, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    published = bench.releases / "minimal" / _NEW / "pack"
    approve(published, Signatory("Dr. S", "haematologist", NOW.date()), overlays=site)
    (approval,) = bench.shelf(site).get("minimal").pack.approvals
    assert (approval.of, approval.by) == (Approved.PACK, "Dr. S")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    assert _issues(bench) == [".:1:1: the folder of the releases cannot be read"]
