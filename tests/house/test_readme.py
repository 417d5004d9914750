"""The README tells the truth: its commands run, its links lead somewhere, its names exist.

A block ```sh after the line `<!-- run -->` is run as it stands, block after block in one folder,
with the data directory and the environment of this test. What follows `# prints:` must be printed.
A block ```python after such a line is run against a server of its own, on a free port.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT

_BLOCK = re.compile(r"^<!-- run -->\n+```(sh|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PORT = "50051"
_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
_PAGES = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")


def _blocks(language: str) -> list[str]:
    """The marked blocks of the README in this language."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return [block for found, block in _BLOCK.findall(text) if found == language]


def _promised(block: str) -> list[str]:
    return re.findall(r"# prints: (.+)$", block, re.MULTILINE)


def _environment(data: Path) -> dict[str, str]:
    """This environment without the settings of whoever runs the test."""
    mine = {name: text for name, text in os.environ.items() if not name.startswith("PACTOLUS_")}
    return mine | {"PACTOLUS_DATA": str(data)}


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like a fresh clone after `make setup`; what runs there leaves this tree alone."""
    place = tmp_path_factory.mktemp("clone")
    for name in ("examples", "rules"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    (place / ".venv").symlink_to(Path(sys.prefix))
    return place


@pytest.fixture(scope="module")
def port(workplace: Path) -> Iterator[str]:
    """A server started as the README says, but on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = str(probe.getsockname()[1])
    with (workplace / "server.log").open("w") as log:
        server = subprocess.Popen(
            [".venv/bin/pactolus", "serve", "--port", number],
            cwd=workplace,
            env=_environment(workplace / "served"),
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for(int(number), server)
        yield number
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended before it listened"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not listen within a minute")


def test_there_are_commands_to_run() -> None:
    assert len(_blocks("sh")) >= 3
    assert _blocks("python")


@pytest.mark.parametrize("block", _blocks("sh"), ids=lambda block: block.splitlines()[0][:50])
def test_a_command_of_the_readme_does_what_it_says(block: str, workplace: Path) -> None:
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=workplace,
        env=_environment(workplace / "data"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    for words in _promised(block):
        assert words in result.stdout


@pytest.mark.parametrize("block", _blocks("python"), ids=["client"])
def test_the_client_of_the_readme_gets_an_answer(block: str, workplace: Path, port: str) -> None:
    assert _PORT in block
    result = subprocess.run(
        [".venv/bin/python", "-c", block.replace(_PORT, port)],
        cwd=workplace,
        env=_environment(workplace / "client"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "isa-krd-x6" in result.stdout
    assert "recorded at 0 in" in result.stdout
    for words in _promised(block):
        assert words in result.stdout


@pytest.mark.parametrize("page", _PAGES)
def test_links_lead_somewhere(page: str) -> None:
    links = _LINK.findall((ROOT / page).read_text(encoding="utf-8"))
    assert sorted(link for link in links if not (ROOT / link).exists()) == []


@pytest.mark.parametrize("page", _PAGES)
def test_make_targets_that_are_named_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"(?:`|^)make ([a-z][a-z-]*)", (ROOT / page).read_text(), re.MULTILINE)
    assert set(named) <= targets


def test_the_two_commands_come_first() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first = re.search(r"```sh\n(.*?)```", text, re.DOTALL)
    assert first is not None
    assert re.findall(r"^make (\w+)", first.group(1), re.MULTILINE) == ["demo", "test"]


def test_decisions_are_numbered_without_gaps_and_have_their_four_parts() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        headings = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings == ["Context", "Decision", "Price", "What would change our mind"], page.name
