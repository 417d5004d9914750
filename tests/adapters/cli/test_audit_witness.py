"""`pactolus audit witness`: a witness as another process, a served house that is watched, and who must be refused."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pactolus_adapters import wiring
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.clock import system_clock
from pactolus_adapters.settings import settings_from
from pactolus_adapters.tlog.keys import NoteVerifier, SignatureType
from pactolus_adapters.tlog.policy import meets, read_policy
from pactolus_adapters.tlog.strict import base64_text
from pactolus_adapters.witness.cosigning import CosigningWitness, log_keys
from pactolus_adapters.witness.state import State
from tests.adapters.cli.run import Runner, runner
from tests.adapters.tlog.material import LOG
from tests.adapters.witness.material import COSIGNER, NOW, served
from tests.contract.audit_log import new_record
from tests.support.examples import ROOT
from tests.support.process import COMMAND, environment, serving, until

NAME = "witness.example/audit"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(data, monkeypatch, capsys)


@contextmanager
def _witness(folder: Path, log: str) -> Iterator[str]:
    """A witness process for this log, with its key in the folder; gives its address."""
    command = [
        COMMAND, "audit", "witness", "serve", "--state", folder / "state", "--key", folder / "w.pem", "--name", NAME,
        "--log", log, "--port", "0",
    ]  # fmt: skip
    out = folder / "witness.out"
    with out.open("wb") as to_out, (folder / "witness.err").open("ab") as to_err:
        process = subprocess.Popen(command, stdout=to_out, stderr=to_err, env=environment())
    try:
        found = until(lambda: re.search(r"listens on (http://\S+);", out.read_text()) or process.poll(), 60)
        assert isinstance(found, re.Match), (folder / "witness.err").read_text()
        yield found.group(1)
    finally:
        process.terminate()
        assert process.wait(30) == 0
        assert "witness has stopped" in out.read_text()


def _recorded(data: Path, *names: str) -> str:
    """Records these in the store; gives the public key of its log."""
    log = SqliteAuditLog(data, system_clock)
    for name in names:
        log.append(new_record(name, about=name.encode()))
    log.close()
    return log_key(data)


def log_key(data: Path) -> str:
    with wiring.open_trail(settings_from({}, data=data)) as trail:
        return trail.verifier_key


def test_a_key_is_made_once_and_printed_for_policies(run: Runner, tmp_path: Path) -> None:
    made = run("audit", "witness", "keygen", tmp_path / "w.pem", "--name", NAME)
    assert made.code == 0
    key = NoteVerifier.from_text(made.out.strip())
    assert (key.name, key.type) == (NAME, SignatureType.COSIGNATURE)
    assert (tmp_path / "w.pem").stat().st_mode & 0o777 == 0o600
    again = run("audit", "witness", "keygen", tmp_path / "w.pem", "--name", NAME)
    assert (again.code, again.out) == (2, "")
    spaced = run("audit", "witness", "keygen", tmp_path / "v.pem", "--name", "a witness")
    assert spaced.code == 2
    assert not (tmp_path / "v.pem").exists()


def test_two_processes_and_a_rewritten_history(run: Runner, data: Path, tmp_path: Path) -> None:
    """The whole story: cosigned twice, then the store is put back from an older copy and goes on another way."""
    key = run("audit", "witness", "keygen", tmp_path / "w.pem", "--name", NAME).out.strip()
    _recorded(data, "one")
    log = run("audit", "verifier-key").out.strip()
    policy = tmp_path / "policy"
    with _witness(tmp_path, log) as address:
        policy.write_text(f"log {log}\nwitness w1 {key} {address}\nquorum w1\n")
        done = run("audit", "witness", "submit", "--witnesses", policy)
        assert (done.code, done.err) == (0, "")
        assert done.out.endswith("witness `w1` cosigned\nquorum w1: met\n")
        shutil.copytree(data, tmp_path / "copy")
        _recorded(data, "two")
        assert run("audit", "witness", "submit", "--witnesses", policy).code == 0
        assert _is_met(data, policy, 2)

        shutil.rmtree(data)
        shutil.copytree(tmp_path / "copy", data)
        _recorded(data, "another two", "three")
        done = run("audit", "witness", "submit", "--witnesses", policy)
        assert done.code == 1
        assert "ALARM: witness `w1` refuses this log's history: the 2 records" in done.out
        with serving(tmp_path, data, PACTOLUS_WITNESSES=str(policy)) as house:
            assert until(lambda: "ALARM: witness `w1` refuses" in house.err.read_text(), 20)
        assert "Traceback" not in house.err.read_text()
    assert "REFUSED: the checkpoint of 3 records of log" in (tmp_path / "witness.err").read_text()


def test_a_server_gets_the_cosignatures_of_its_witnesses(data: Path, tmp_path: Path) -> None:
    """`feeding` around the server, as `pactolus serve` has it."""
    log = _recorded(data, "one")
    folder, keys = tmp_path / "state", log_keys([log])
    witness = CosigningWitness(COSIGNER, keys, State(folder, keys), lambda: NOW)
    policy, told = tmp_path / "policy", list[str]()
    with served(witness.answer) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        policy.write_text(f"witness w1 {COSIGNER.verifier_key} {url}\nquorum w1\n")
        settings = settings_from({}, data=data, rules=ROOT / "rules", witnesses=policy)
        with wiring.open_house(settings) as house, house.feeding(told.append):
            assert until(lambda: _is_met(data, policy, 1, log), 20)
    assert told == []


def _is_met(data: Path, policy: Path, size: int, log: str = "") -> bool:
    """Whether a checkpoint of at least that size has the quorum, as a reader beside the server sees it."""
    read = read_policy(policy.read_bytes(), "policy")
    with wiring.open_trail(settings_from({}, data=data)) as trail:
        logs = log_keys([log] if log else [])
        return any(meets(read, note, logs) for note in trail.checkpoints(size - 1))


def test_without_its_quorum_submit_says_so(run: Runner, data: Path, tmp_path: Path) -> None:
    key = run("audit", "witness", "keygen", tmp_path / "w.pem", "--name", NAME).out.strip()
    _recorded(data, "one")
    policy = tmp_path / "policy"
    policy.write_text(f"witness w1 {key} http://127.0.0.1:1\nquorum w1\n")
    done = run("audit", "witness", "submit", "--witnesses", policy)
    assert done.code == 1
    assert done.out.endswith(
        "witness `w1` cannot be reached, or does not answer in time\nquorum w1: NOT met\n"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("quorum w1\n", "policy:1:8: `w1` is no witness"),
        (f"log {LOG.verifier_key}\nquorum none\n", "the policy does not name this log: add the line `log "),
        (None, "cannot be read"),
    ],
)
def test_a_policy_that_is_wrong_is_told(
    run: Runner, data: Path, tmp_path: Path, text: str | None, words: str
) -> None:
    _recorded(data, "one")
    if text is not None:
        (tmp_path / "policy").write_text(text)
    for command in (
        ("audit", "witness", "submit", "--witnesses", tmp_path / "policy"),
        ("serve", "--port", 0),
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PACTOLUS_WITNESSES", str(tmp_path / "policy"))
            done = run(*command)
        assert (done.code, done.out) == (2, "")
        assert words in done.err


def test_without_a_policy_or_a_store_nothing_is_submitted(run: Runner, data: Path, tmp_path: Path) -> None:
    assert run("audit", "witness", "submit").code == 2
    (tmp_path / "policy").write_text("quorum none\n")
    done = run("audit", "witness", "submit", "--witnesses", tmp_path / "policy")
    assert done.code == 5
    assert not data.exists()


def test_a_store_that_a_server_holds_is_left_to_it(run: Runner, data: Path, tmp_path: Path) -> None:
    (tmp_path / "policy").write_text("quorum none\n")
    log = SqliteAuditLog(data, system_clock)
    done = run("audit", "witness", "submit", "--witnesses", tmp_path / "policy")
    key = run("audit", "verifier-key")
    assert (done.code, done.out) == (5, "")
    assert "asks its witnesses itself" in done.err
    assert key.out == f"{log.verifier_key}\n"
    log.close()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"--host": "0.0.0.0"}, "add `--plaintext`"),
        ({"--host": "witness.example"}, "add `--plaintext`"),
        ({"--key": "nowhere.pem"}, "cannot be read"),
        ({"--log": "log.example"}, "verifier key `log.example`"),
        ({"--log": "log.example+00000000+" + base64_text(b"\x01" * 33)}, "another id"),
        ({"--name": "a+b"}, "the name of a key"),
    ],
)
def test_a_witness_that_must_not_start(
    run: Runner, tmp_path: Path, changed: dict[str, str], words: str
) -> None:
    run("audit", "witness", "keygen", tmp_path / "w.pem", "--name", NAME)
    options = {
        "--state": tmp_path / "state", "--key": tmp_path / "w.pem", "--name": NAME, "--log": LOG.verifier_key,
        "--port": 0,
    } | changed  # fmt: skip
    done = run("audit", "witness", "serve", *(word for pair in options.items() for word in pair))
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert not (tmp_path / "state").exists()


def test_a_witness_needs_nothing_of_the_service() -> None:
    """It runs where neither gRPC, nor FHIR, nor a database, nor rules are."""
    code = """
import sys
from pactolus_adapters.cli.main import cli
from pactolus_adapters.witness.run import serve_witness
names = ("grpc", "google", "apsw", "sqlite3", "fhir", "pydantic", "durable", "ruamel", "pactolus_adapters.audit")
print(sorted(name for name in names if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"
