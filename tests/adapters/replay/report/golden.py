"""Writes the report of a small fixed replay into `golden/`, to be looked at and committed.

python -m tests.adapters.replay.report.golden
"""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pactolus_adapters.cli.replay.render_summary import render_summary
from pactolus_adapters.replay.report.markdown import markdown
from pactolus_adapters.replay.report.summarize import summarize
from pactolus_adapters.replay.report.summary import Summary, written_summary
from pactolus_engine.decision import PackIdentity
from pactolus_engine.replay.result import Moved, ReplayClass, ReplayResult, Said
from tests.adapters.replay.report.material import RAN, spec_over, written_parts

__all__ = ["GOLDEN", "LONG_RULE", "a_summary", "texts"]

GOLDEN = Path(__file__).parent / "golden"
LONG_RULE = (
    "mrd-positive-after-induction-in-a-rule-whose-identifier-somebody-made-far-longer-than-any-line-of-a-plot"
)
_BELOW = Said("OFFER", ("isa-krd-x6", "asct-isa-krd-x2"), ("mrd-status=negative",), ("mrd-negative",))
_ABOVE = Said("OFFER", ("asct-isa-krd-x2", "tandem-asct"), ("mrd-status=positive",), (LONG_RULE,))
_ASKS = Said("NEED_DATA", rules=("cycles-known",))
_PACK = "midas-consolidation@1.0.0"
_BECAUSE = ("parameter:mrd-threshold",)


def a_summary() -> Summary:
    """Of a replay of 40 records under another pack, in which nearly every class occurs."""
    results = [replace(one, index=2 * place) for place, one in enumerate(_results())]
    spec = replace(
        spec_over(2 * len(results)),
        pack=PackIdentity("midas-consolidation", "2.0.0", "ab" * 32),
        of="midas-consolidation",
        software={"pactolus": "0.5.0"},
    )
    with tempfile.TemporaryDirectory() as folder:
        written_parts(Path(folder), results, [0, 7, 20, spec.end], "other-pack")
        return summarize(spec, Path(folder), RAN)


def texts() -> dict[str, str]:
    """The report's texts by name of file."""
    summary = a_summary()
    return {
        "summary.json": written_summary(summary),
        "summary.md": markdown(summary),
        "terminal.txt": render_summary(summary) + "\n",
    }


def _results() -> Iterator[ReplayResult]:
    for day in range(1, 11):
        yield _result(day, ReplayClass.IDENTICAL, _BELOW, _BELOW)
    moved = (
        Moved("mrd-negative", "false", "true", _BECAUSE),
        Moved(LONG_RULE, "true", "false", (*_BECAUSE, "fact:mrd")),
    )
    for day in range(3, 6):
        options = _result(day, ReplayClass.CHANGED_OPTIONS, _ABOVE, _BELOW)
        yield replace(options, fields=("options", "reasons"), moved=moved, causes=_BECAUSE)
    outcome = _result(5, ReplayClass.CHANGED_OUTCOME, _BELOW, _ASKS)
    asks = Moved("cycles-known", "true", "unknown", ("rule:cycles-known",))
    yield replace(outcome, fields=("outcome", "options"), moved=(asks,), causes=("rule:cycles-known",))
    yield replace(
        _result(6, ReplayClass.CHANGED_TEXT, _ABOVE, _ABOVE), fields=("reasons",), causes=("rule:age",)
    )
    yield replace(_result(7, ReplayClass.ERASED, _BELOW, None), detail="its key was destroyed")
    yield replace(
        _result(8, ReplayClass.TAMPERED, None, None), pack="", detail="the output is not what was recorded"
    )
    yield replace(
        _result(8, ReplayClass.ERROR, _BELOW, None), detail="the form `3` is not known to this version"
    )
    yield ReplayResult(0, ReplayClass.INPUT_MISSING, detail="there is no input in the export")
    yield ReplayResult(0, ReplayClass.NEW, replayed=_ABOVE)


def _result(day: int, kind: ReplayClass, before: Said | None, after: Said | None) -> ReplayResult:
    return ReplayResult(0, kind, f"2026-07-{day:02}T09:00:00.000Z", f"{day:02x}" * 32, _PACK, before, after)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, text in texts().items():
        (GOLDEN / name).write_text(text, encoding="utf-8")
