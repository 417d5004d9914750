"""A replay is gone on with under the packs that it began with: no other ones, and none of them changed."""

from pathlib import Path
from shutil import copytree

import pytest

from pactolus_adapters.replay.folder import ReplayFolderUnfit
from pactolus_adapters.replay.packs import PacksByDigest
from pactolus_adapters.replay.run import begin
from pactolus_adapters.replay.spec import read_spec, written_spec
from pactolus_adapters.settings import Settings
from pactolus_adapters.trail.events import Event
from pactolus_adapters.wiring.replay import Wanted, prepared
from pactolus_engine.errors import PackNotFound
from pactolus_engine.ports import Receipt
from tests.adapters.trail.room import the_shelf
from tests.support.examples import EXAMPLES, ROOT


def recorded(_event: Event) -> Receipt:
    return Receipt("log.example", 0, b"\0" * 32)


@pytest.mark.parametrize("change", ["changed", "added"])
def test_other_packs_do_not_go_on_with_a_replay(tmp_path: Path, change: str) -> None:
    settings = Settings(data=tmp_path / "data", rules=ROOT / "rules")
    further = tmp_path / "further"
    copytree(ROOT / "rules" / "midas-endpoint", further / "midas-endpoint")
    readme = further / "midas-endpoint" / "README.md"
    readme.write_text("Another copy.\n", encoding="utf-8")
    wanted = Wanted(path=EXAMPLES / "negative-ngs.json", packs=(further,))
    with prepared(settings, wanted, tmp_path / "report") as first:
        begin(first.order, recorded)
        assert read_spec(written_spec(first.order.spec)) == first.order.spec
        if change == "changed":
            readme.write_text("Yet another copy.\n", encoding="utf-8")
            with pytest.raises(PackNotFound, match="was changed since"), first.open_worker():
                pass
        else:
            copytree(ROOT / "rules" / "r-iss", further / "r-iss")
            (further / "r-iss" / "README.md").write_text("A pack of later.\n", encoding="utf-8")
            with first.open_worker():  # the new pack is none of this replay
                pass
    with prepared(settings, wanted, tmp_path / "report") as again, pytest.raises(ReplayFolderUnfit):
        begin(again.order, recorded)


def test_a_late_worker_has_no_packs_of_later() -> None:
    packs = PacksByDigest([the_shelf()])
    one, *others = packs.digests
    kept = packs.only((one,))
    assert kept.get(one) is packs.get(one) and not any(map(kept.get, others))
    with pytest.raises(PackNotFound):
        kept.only(others)
