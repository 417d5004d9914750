"""The loop of the worker: one line in, one line out, and an end when the requests end."""

import io
import json
import subprocess
import sys

from pactolus_adapters.matchers.worker import serve

RULES = [["r1", "first", True, [["a", "t"]]], ["r2", "second", True, [["a", "f"]]]]


def _answers(*requests: object) -> list[dict[str, object]]:
    out = io.StringIO()
    serve(iter([json.dumps(request) + "\n" for request in requests]), out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_rules_are_loaded_and_matched() -> None:
    assert _answers(
        {"pack": "p", "shards": [RULES]},
        {"pack": "p", "letters": {"a": "t"}},
        {"pack": "p", "letters": {"a": "f"}},
        {"pack": "p", "letters": {"a": "u"}},
    ) == [{"loaded": "p"}, {"fired": ["r1"]}, {"fired": ["r2"]}, {"fired": []}]


def test_several_packs_stay_apart() -> None:
    other = [["r1", "first", True, [["a", "u"]]]]
    assert _answers(
        {"pack": "p", "shards": [RULES]},
        {"pack": "q", "shards": [other]},
        {"pack": "p", "letters": {"a": "u"}},
        {"pack": "q", "letters": {"a": "u"}},
    )[2:] == [{"fired": []}, {"fired": ["r1"]}]


def test_the_process_ends_with_its_input() -> None:
    command = [sys.executable, "-P", "-m", "pactolus_adapters.matchers.worker"]
    done = subprocess.run(
        command,
        input=json.dumps({"pack": "p", "shards": [RULES]}) + "\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert json.loads(done.stdout) == {"loaded": "p"}
