"""Go's transparency log judges ours: proofs, notes and paths of tiles, whole and broken.

It is fetched by the Go command, pinned by hash, and needs a fraction of a second. Without Go, or where the module
cannot be had, this one judge is left out and says so; sigstore's verifier never is.
"""

import json
import os
import random
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pactolus_adapters.tlog.errors import TlogInvalid
from pactolus_adapters.tlog.note import Ed25519NoteSigner, NoteVerifier, open_note, write_note
from pactolus_adapters.tlog.tile_paths import TilePath, tile_path
from pactolus_adapters.tlog.verify import ProofInvalid, verify_consistency, verify_inclusion
from pactolus_adapters.trail.export_request import Wanted
from tests.adapters.tlog.material import LOG, LOG_KEY, flips
from tests.support.audit_exports import a_log_of, exporter
from tests.support.examples import ROOT
from tests.support.merkle import leaf, recursive_consistency, recursive_inclusion, recursive_root

_LEAVES = [leaf(f"entry {number}".encode()) for number in range(90)]
_ROOTS = [recursive_root(_LEAVES[:size]) for size in range(len(_LEAVES) + 1)]

Ask = Callable[[list[dict[str, Any]]], list[str]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Builds the judge and gives the way to ask it."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("there is no `go`: its transparency log does not judge ours")
    program = tmp_path_factory.mktemp("go") / "judge"
    source = ROOT / "tests/conformance/go_log"
    fetched = _run(go, "mod", "download", folder=source, seconds=20)
    if fetched is None or fetched.returncode != 0:
        pytest.skip("the module `golang.org/x/mod` cannot be had: its transparency log does not judge ours")
    built = _run(go, "build", "-o", str(program), ".", folder=source, seconds=120)
    assert built is not None
    assert built.returncode == 0, built.stderr

    def judge(questions: list[dict[str, Any]]) -> list[str]:
        asked = subprocess.run(
            [program], input=json.dumps(questions), capture_output=True, text=True, check=True
        )
        answers: list[str] = json.loads(asked.stdout)
        return answers

    return judge


def _run(*words: str, folder: Path, seconds: int) -> "subprocess.CompletedProcess[str] | None":
    """Runs the Go command that is there, which would else fetch another when it is too old."""
    local = os.environ | {"GOTOOLCHAIN": "local"}
    try:
        return subprocess.run(
            words, cwd=folder, env=local, capture_output=True, text=True, check=False, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        return None


def _question(
    kind: str, first: int, second: int, proof: list[bytes], one: bytes, other: bytes
) -> dict[str, Any]:
    return {
        "Kind": kind,
        "First": first,
        "Second": second,
        "Proof": [b64encode(part).decode() for part in proof],
        "FirstHash": b64encode(one).decode(),
        "SecondHash": b64encode(other).decode(),
    }


def _verdict(verify: Callable[..., None], *arguments: object) -> str:
    try:
        verify(*arguments)
    except ProofInvalid:
        return "refused"
    return "accepted"


def _damaged(chance: random.Random, proof: list[bytes]) -> list[bytes]:
    """The proof, every second time with one hash flipped, dropped, doubled or swapped."""
    if chance.random() < 0.5 or not proof:
        return proof
    at = chance.randrange(len(proof))
    flipped = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    swapped = [*proof[at:], *proof[:at]]
    return chance.choice(
        [[*proof[:at], flipped, *proof[at + 1 :]], proof[:at] + proof[at + 1 :], [*proof, proof[at]], swapped]
    )


def test_go_agrees_on_inclusion(ask: Ask) -> None:
    chance, questions, ours = random.Random(1), [], []
    for _ in range(1500):
        size = chance.randrange(1, 90)
        index = chance.randrange(size)
        proof = _damaged(chance, recursive_inclusion(index, _LEAVES[:size]))
        claimed = chance.choice((index, index, chance.randrange(-1, size + 2)))
        bound = chance.choice((size, size, size + chance.randrange(-1, 2)))
        root = _ROOTS[size]
        questions.append(_question("inclusion", claimed, bound, proof, _LEAVES[index], root))
        ours.append(_verdict(verify_inclusion, _LEAVES[index], claimed, bound, proof, root))
    assert ask(questions) == ours
    assert 200 < ours.count("accepted") < 1300


def test_go_agrees_on_consistency(ask: Ask) -> None:
    """Go knows no proof from the empty tree, so none is asked for."""
    chance, questions, ours = random.Random(2), [], []
    for _ in range(1500):
        second = chance.randrange(1, 90)
        first = chance.randrange(1, second + 1)
        proof = _damaged(chance, recursive_consistency(first, _LEAVES[:second]))
        claimed = chance.choice((first, first, chance.randrange(1, second + 2)))
        bound = chance.choice((second, second, second + chance.randrange(0, 2)))
        old, new = _ROOTS[first], _ROOTS[second]
        questions.append(_question("consistency", claimed, bound, proof, old, new))
        ours.append(_verdict(verify_consistency, claimed, bound, proof, old, new))
    assert ask(questions) == ours
    assert 200 < ours.count("accepted") < 1300


def _opened(content: bytes) -> str:
    try:
        return f"accepted {open_note(content, [LOG_KEY]).text}"
    except TlogInvalid:
        return "refused"


def test_go_opens_our_notes_and_no_broken_one(ask: Ask) -> None:
    """JSON cannot carry bytes that are no UTF-8; those flips are left out."""
    note = write_note("one\n\nthr\u00e9e\n", Ed25519NoteSigner("stranger", b"\x09" * 32), LOG)
    notes = [note, *(broken for broken in flips(note) if _is_text(broken))]
    key = NoteVerifier.from_text(LOG.verifier_key).text
    answers = ask([{"Kind": "note", "Note": one.decode(), "VerifierKey": key} for one in notes])
    # Flips in the line of the stranger leave a good note; ours is stricter about the spelling of Base64 there.
    for content, theirs in zip(notes, answers, strict=True):
        assert _opened(content) in (theirs, "refused")
    assert _opened(note) == answers[0] == "accepted one\n\nthr\u00e9e\n"


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_go_names_tiles_as_we_do(ask: Ask) -> None:
    chance = random.Random(3)
    tiles = [
        TilePath(
            chance.randrange(64), chance.randrange(10 ** chance.randrange(1, 18)), chance.randrange(1, 257)
        )
        for _ in range(300)
    ]
    asked = [{"Kind": "tile", "Level": one.level, "First": one.index, "Width": one.width} for one in tiles]
    assert ask(asked) == [tile_path(one) for one in tiles]


def test_go_verifies_an_exported_folder(ask: Ask, tmp_path: Path) -> None:
    log, folder = a_log_of(600), tmp_path / "log"
    exporter(log).write(Wanted("tiles"), folder)
    asked = {"Kind": "folder", "Folder": str(folder), "VerifierKey": log.verifier_key}
    assert ask([asked]) == ["accepted"]
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "README.txt"):
        content = path.read_bytes()
        path.write_bytes(content[:-9] + bytes([content[-9] ^ 4]) + content[-8:])
        assert ask([asked]) == ["refused"], path
        path.write_bytes(content)
    assert ask([asked]) == ["accepted"]
