"""The page for outsiders holds a verifier of its own; it works, and refuses what is broken."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pactolus_adapters.tlog.checkpoint import Checkpoint, sign_checkpoint
from pactolus_adapters.tlog.cosignature import Cosigner, add_cosignature, cosignature_line
from pactolus_adapters.tlog.note import write_note
from pactolus_adapters.tlog.proof_file import ProofFile, write_proof
from tests.adapters.tlog.material import LOG, ORIGIN, OTHER
from tests.support.examples import ROOT
from tests.support.merkle import leaf, recursive_inclusion, recursive_root

_PAGE = (ROOT / "docs/audit/formats.md").read_text(encoding="utf-8")
_ENTRIES = [f"entry {number}".encode() for number in range(7)]
_LEAVES = [leaf(entry) for entry in _ENTRIES]
_CHECKPOINT = Checkpoint(ORIGIN, 7, recursive_root(_LEAVES))
_NOTE = sign_checkpoint(_CHECKPOINT, LOG)
_COSIGNED = add_cosignature(_NOTE, cosignature_line(_NOTE, Cosigner("w.example", b"\x05" * 32), 7))


def _check(
    folder: Path, proof: bytes, entry: bytes, key: str = LOG.verifier_key
) -> "subprocess.CompletedProcess[str]":
    (script,) = re.findall(r"^```python\n(.*?)^```", _PAGE, re.MULTILINE | re.DOTALL)
    (folder / "check.py").write_text(script, encoding="utf-8")
    (folder / "file.tlog-proof").write_bytes(proof)
    (folder / "leaf").write_bytes(entry)
    return subprocess.run(
        [sys.executable, "-I", "check.py", "file.tlog-proof", "leaf", key],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _proof(index: int, note: bytes = _NOTE, extra: bytes | None = None) -> bytes:
    return write_proof(ProofFile(index, tuple(recursive_inclusion(index, _LEAVES)), note, extra))


@pytest.mark.parametrize("proof", [_proof(6), _proof(6, extra=b"x"), _proof(6, _COSIGNED)])
def test_the_verifier_of_the_page_accepts_a_proof(tmp_path: Path, proof: bytes) -> None:
    done = _check(tmp_path, proof, _ENTRIES[6])
    assert (done.returncode, done.stdout) == (0, f"record 6 is in log {ORIGIN} of 7 records\n"), done.stderr


@pytest.mark.parametrize(
    ("proof", "entry", "key", "why"),
    [
        (_proof(2), b"another", LOG.verifier_key, "the path leads to another root"),
        (_proof(2).replace(b"index 2", b"index 3"), _ENTRIES[2], LOG.verifier_key, "another root"),
        (_proof(2).replace(b"index 2", b"index 7"), _ENTRIES[2], LOG.verifier_key, "not in the tree"),
        (_proof(2), _ENTRIES[2], OTHER.verifier_key, "not signed by this log"),
        (_proof(2, write_note(_CHECKPOINT.text(), OTHER)), _ENTRIES[2], LOG.verifier_key, "not signed"),
        (_proof(2, write_note(_CHECKPOINT.text(), OTHER)), _ENTRIES[2], OTHER.verifier_key, "not signed"),
        (_proof(2).replace(b"\n7\n", b"\n8\n"), _ENTRIES[2], LOG.verifier_key, "InvalidSignature"),
        (write_proof(ProofFile(2, (*recursive_inclusion(2, _LEAVES), bytes(32)), _NOTE)), _ENTRIES[2],
         LOG.verifier_key, "the path is too long"),
        (write_proof(ProofFile(2, (), _NOTE)), _ENTRIES[2], LOG.verifier_key, "not enough values"),
    ],
)  # fmt: skip
def test_the_verifier_of_the_page_refuses_what_is_broken(
    tmp_path: Path, proof: bytes, entry: bytes, key: str, why: str
) -> None:
    done = _check(tmp_path, proof, entry, key)
    assert done.returncode != 0
    assert done.stdout == ""
    assert why in done.stderr
