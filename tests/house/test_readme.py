"""The README tells the truth: its commands run, its links lead somewhere, its names exist.

Blocks ```sh are run as `pages.py` says; a block ```python is run against a server of its own, on a
free port.
"""

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.pages import blocks, environment, looks_like_a_clone, promised, run_block
from tests.house.tree import ROOT

_README = ROOT / "README.md"
_PORT = "50051"
_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
_PAGES = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
_DOCS = sorted(
    page.relative_to(ROOT).as_posix()
    for folder in ("docs", "docs/audit", "docs/authoring", "docs/checks", "docs/replay")
    for page in (ROOT / folder).glob("*.md")
)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like a fresh clone after `make setup`."""
    return looks_like_a_clone(tmp_path_factory.mktemp("clone"))


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
            env=environment(workplace / "served"),
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
    assert len(blocks(_README, "sh")) >= 3
    assert blocks(_README, "python")


@pytest.mark.parametrize("block", blocks(_README, "sh"), ids=lambda block: block.splitlines()[0][:50])
def test_a_command_of_the_readme_does_what_it_says(block: str, workplace: Path) -> None:
    run_block(block, workplace)


@pytest.mark.parametrize("block", blocks(_README, "python"), ids=["client"])
def test_the_client_of_the_readme_gets_an_answer(block: str, workplace: Path, port: str) -> None:
    assert _PORT in block
    result = subprocess.run(
        [".venv/bin/python", "-c", block.replace(_PORT, port)],
        cwd=workplace,
        env=environment(workplace / "client"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "isa-krd-x6" in result.stdout
    assert "recorded at 1 in" in result.stdout, "after the record of the start"
    for words in promised(block):
        assert words in result.stdout


@pytest.mark.parametrize("page", [*_PAGES, *_DOCS])
def test_links_lead_somewhere(page: str) -> None:
    links = _LINK.findall((ROOT / page).read_text(encoding="utf-8"))
    assert sorted(link for link in links if not ((ROOT / page).parent / link).exists()) == []


@pytest.mark.parametrize("page", [*_PAGES, *_DOCS])
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
