"""Spark is not started without the Java that it needs, and the message says what to install."""

from pathlib import Path

import pytest

from pactolus_adapters.replay.runners.carried import RunnerUnavailable
from pactolus_adapters.replay.runners.java import require_java


def _java(place: Path, says: str) -> Path:
    """A program that tells its version as Java does."""
    (place / "bin").mkdir(parents=True)
    program = place / "bin/java"
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    program.chmod(0o755)
    return program.parent


@pytest.mark.parametrize("version", ["17", "17.0.15", "21.0.4", "25-ea"])
def test_a_java_that_is_new_enough_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(_java(tmp_path, f'openjdk version "{version}" 2025-04-15')), prepend=":")
    require_java()


@pytest.mark.parametrize(("version", "number"), [("1.8.0_392", "1"), ("11.0.2", "11"), ("16.0.1", "16")])
def test_an_older_one_is_refused_with_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, number: str
) -> None:
    _java(tmp_path, f'java version "{version}"')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(
        RunnerUnavailable, match=f"17 or newer, and `{tmp_path}/bin/java` is version {number}:"
    ):
        require_java()


def test_one_that_does_not_tell_its_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _java(tmp_path, "no words about that")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(RunnerUnavailable, match="does not tell its version"):
        require_java()


def test_without_java_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RunnerUnavailable, match=r"on the `PATH`.*default-jre-headless.*`pool`"):
        require_java()


def test_a_home_without_java_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(RunnerUnavailable, match=f"below `JAVA_HOME`, which is `{tmp_path}`"):
        require_java()
