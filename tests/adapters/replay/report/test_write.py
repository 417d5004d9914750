"""The files of a report: all there, whole, and without what results hold beside ids."""

from pathlib import Path

from pactolus_adapters.replay.report.summarize import summarize
from pactolus_adapters.replay.report.write import write_report
from pactolus_engine.replay.result import ReplayClass, ReplayResult, Said
from tests.adapters.replay.report.material import RAN, spec_over, written_parts

_NAMES = {"summary.json", "summary.md", "summary.html"}
_CANARY = "qUokka7319"


def test_the_files_are_there_and_replace_those_of_an_earlier_run(tmp_path: Path) -> None:
    written_parts(tmp_path, [ReplayResult(0, ReplayClass.IDENTICAL)], [0, 1])
    for name in _NAMES:
        (tmp_path / name).write_text("of an earlier run")
    summary = summarize(spec_over(1), tmp_path, RAN)
    write_report(summary, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"results", *_NAMES}
    for name in _NAMES:
        assert summary.root in (tmp_path / name).read_text()


def test_what_a_result_holds_beside_ids_stays_out_of_the_report(tmp_path: Path) -> None:
    said = Said("OFFER", ("krd",), conclusions=(f"mrd={_CANARY}",), rules=("r",))
    result = ReplayResult(0, ReplayClass.ENGINE_CHANGED, f"born {_CANARY}", _CANARY, "p@1", said, said)
    written_parts(tmp_path, [result], [0, 1])
    write_report(summarize(spec_over(1), tmp_path, RAN), tmp_path)
    for name in _NAMES:
        content = (tmp_path / name).read_text()
        assert "engine-changed" in content and _CANARY not in content
