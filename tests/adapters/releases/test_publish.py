"""Publishing: through the gates, once, whole, never lower; whatever happens in between."""

import json
import os
import threading
from pathlib import Path

import pytest

from pactolus_adapters.authoring.approve import Signatory, approve
from pactolus_adapters.authoring.gates import Gate, GateReport, cases_gate
from pactolus_adapters.authoring.publish import publish
from pactolus_adapters.authoring.signatures import new_keys, sign_pack
from pactolus_adapters.releases import durable
from pactolus_adapters.releases.folder import ReleaseFolder
from pactolus_adapters.signing.keys import read_trust
from pactolus_engine.errors import PackInvalid
from tests.support.released import NOW, Bench

_CASES = Gate("cases", cases_gate)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def _refused(bench: Bench) -> str:
    with pytest.raises(PackInvalid) as refused:
        bench.publish()
    return str(refused.value)


def _everything(folder: Path) -> dict[str, bytes]:
    """All that is in the folder, but the lock."""
    files = (file for file in folder.rglob("*") if file.is_file() and file.name != ".lock")
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def test_a_version_is_written_with_its_statement(bench: Bench) -> None:
    who = Signatory("Dr. A", "haematologist", NOW.date())
    approve(bench.pack, who)
    assert bench.publish([_CASES]).is_new
    folder = bench.releases / "minimal/1.2.3"
    own = _everything(bench.pack)
    there = _everything(folder / "pack")
    assert {name: there[name] for name in own} == own
    assert there.keys() - own.keys() == {"signature.json"}
    release = json.loads((folder / "release.json").read_text())["statement"]
    assert (release["format"], release["version"], release["published_at"]) == (
        "pactolus release 1",
        "1.2.3",
        "2026-11-24T09:30:00Z",
    )
    assert release["checked"] == {"cases": {"number": 1}}
    assert release["approvals"] == [
        {"of": "pack", "by": "Dr. A", "role": "haematologist", "on": "2026-11-24", "stands": True}
    ]
    assert [text.partition(":")[0] for text in release["not_approved"]] == ["not clinically approved"]
    assert "pactolus" in release["software"]
    assert release["files"].keys() == there.keys()


def test_the_same_again_is_nothing_and_says_so(bench: Bench) -> None:
    bench.publish()
    before = _everything(bench.releases)
    again = bench.publish([Gate("never", lambda _: pytest.fail("tried again"))])
    assert (again.is_new, again.problems) == (False, {})
    assert _everything(bench.releases) == before


def test_a_published_version_never_changes(bench: Bench) -> None:
    bench.publish()
    before = _everything(bench.releases)
    bench.edit("rules/too-old.yaml", "stopped", "Stopped")
    told = _refused(bench)
    assert "pack.yaml:1:1: version 1.2.3 is published with another content (raise `version`:" in told
    approve_later = Signatory("Dr. A", "haematologist", NOW.date())
    bench.edit("rules/too-old.yaml", "Stopped", "stopped")
    approve(bench.pack, approve_later)
    assert "approvals.yaml:1:1: version 1.2.3 is published with other sign-offs" in _refused(bench)
    assert _everything(bench.releases) == before


def test_nothing_goes_back(bench: Bench) -> None:
    for version in ("1.9.0", "1.10.0"):
        bench.raise_version(version)
        assert bench.publish().is_new
    bench.raise_version("1.9.5")
    assert "version 1.9.5 is lower than 1.10.0, which is published" in _refused(bench)
    assert ReleaseFolder(bench.releases).versions() == (("minimal", "1.9.0"), ("minimal", "1.10.0"))


def test_what_a_gate_finds_keeps_the_pack_out_and_every_gate_is_heard(bench: Bench) -> None:
    bench.edit("cases/negative.yaml", "outcome: OFFER", "outcome: HOLD")
    other = Gate("other", lambda _: GateReport(("a", "b"), {}))
    done = bench.publish([_CASES, other])
    assert done.problems["other"] == ("a", "b")
    assert done.problems["cases"] == ("cases/negative.yaml: outcome: expected HOLD, got OFFER",)
    assert not done.is_new
    assert not bench.releases.exists()


def test_a_pack_without_cases_shows_nothing(bench: Bench) -> None:
    (bench.pack / "cases/negative.yaml").unlink()
    assert bench.publish([_CASES]).problems == {"cases": ("the pack has no case",)}


def test_a_pack_that_does_not_load_is_not_published(bench: Bench) -> None:
    (bench.pack / "rules/too-old.yaml").write_text("id: [")
    assert "rules/too-old.yaml:" in _refused(bench)
    assert not bench.releases.exists()


def test_a_stale_signature_is_not_replaced_in_silence(bench: Bench) -> None:
    sign_pack(bench.pack, bench.key)
    bench.edit("rules/too-old.yaml", "stopped", "Stopped")
    assert "rules/too-old.yaml:1:1: the content is not what was signed" in _refused(bench)


def test_the_signature_of_an_author_is_kept_if_the_publisher_trusts_it(bench: Bench, tmp_path: Path) -> None:
    author = new_keys(tmp_path / "another-author.pem")
    sign_pack(bench.pack, author.private)
    assert "which is not trusted" in _refused(bench)
    publish(
        bench.pack,
        bench.releases,
        bench.key,
        (),
        now=lambda: NOW,
        trust=(author.public,),
        tell=lambda _: None,
    )
    kept = (bench.releases / "minimal/1.2.3/pack/signature.json").read_bytes()
    assert kept == (bench.pack / "signature.json").read_bytes()
    folder = ReleaseFolder(bench.releases)
    with pytest.raises(PackInvalid, match=r"minimal/1\.2\.3/pack/signature\.json:1:1: .* is not trusted"):
        folder.read("minimal", "1.2.3", read_trust(bench.trust))
    assert folder.read("minimal", "1.2.3", read_trust((*bench.trust, author.public)))


class _PowerCut(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("moment", ["rename", "fsync", "open"])
def test_a_crash_leaves_no_half_version_and_is_swept_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    bench.publish()
    before = _everything(bench.releases)
    bench.raise_version("1.3.0")
    with monkeypatch.context() as broken:

        def cut(*_: object, **__: object) -> None:
            raise _PowerCut

        if moment == "rename":
            broken.setattr(Path, "rename", cut)
        elif moment == "fsync":
            broken.setattr(durable.os, "fsync", cut)
        else:
            broken.setattr(durable, "_write", cut)
        with pytest.raises(_PowerCut):
            bench.publish()
    left = [entry.name for entry in bench.releases.iterdir() if entry.name.startswith(".unfinished-")]
    assert left == [f".unfinished-{os.getpid()}"]
    assert ReleaseFolder(bench.releases).versions() == (("minimal", "1.2.3"),)
    assert {
        name: content for name, content in _everything(bench.releases).items() if name in before
    } == before
    assert bench.publish().is_new
    assert [entry for entry in bench.releases.iterdir() if entry.name.startswith(".unfinished-")] == []


def test_of_two_that_publish_at_once_one_writes(bench: Bench) -> None:
    together = threading.Barrier(2)

    def wait(_: object) -> GateReport:
        together.wait(30)
        return GateReport((), {})

    found: list[bool] = []
    both = [
        threading.Thread(target=lambda: found.append(bench.publish([Gate("wait", wait)]).is_new))
        for _ in range(2)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert sorted(found) == [False, True]
    assert ReleaseFolder(bench.releases).read("minimal", "1.2.3", read_trust(bench.trust))


def test_a_folder_that_cannot_be_written_is_told(bench: Bench) -> None:
    bench.releases.write_text("a file is in the way")
    with pytest.raises(PackInvalid, match="the folder of the releases cannot be"):
        bench.publish()
