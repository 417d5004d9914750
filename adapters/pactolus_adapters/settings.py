"""The settings, in one table: name, environment variable, default, meaning. Docs are made from it."""

import os
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from pactolus_engine.errors import PactolusError

__all__ = ["Settings", "SettingsInvalid", "settings_from"]

_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


class SettingsInvalid(PactolusError):
    """A setting cannot be used; names it and says what is expected."""


def _setting(default: Any, read: Callable[[str], Any], meaning: str, *, is_secret: bool = False) -> Any:
    return field(default=default, metadata={"read": read, "meaning": meaning}, repr=not is_secret)


def _switch(text: str) -> bool:
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    raise ValueError("expected `true` or `false`")


def _whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers between two bounds, both included."""

    def read(text: str) -> int:
        digits = text.isascii() and text.isdigit() and len(text) <= len(str(most))
        if not digits or not least <= int(text) <= most:
            raise ValueError(f"expected a whole number from {least} to {most}")
        return int(text)

    return read


_HUGE = 2**31 - 1
_FHIR_BASE = re.compile(r"https?://[^\s,?#/][^\s,?#]*/")


def _paths(text: str) -> tuple[Path, ...]:
    if not all(one.strip() for one in text.split(",")):
        raise ValueError("expected files, with commas between them")
    return tuple(Path(one.strip()) for one in text.split(","))


def _pack_version(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]*@[^@\s]+", text):
        raise ValueError("expected one version of one pack, `ID@VERSION`")
    return text


def _words(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise ValueError("expected a command, its words quoted as for a shell") from error


def _code_system_base(text: str) -> str:
    if not text.startswith(("http://", "https://")) or not text.endswith("/CodeSystem/"):
        raise ValueError("expected an http(s) address that ends in `/CodeSystem/`")
    return text


def _fhir_bases(text: str) -> tuple[str, ...]:
    """Each base once, with its last slash, in one order: they are recorded with every answer."""
    bases = {f"{one.strip().rstrip('/')}/" for one in text.split(",")}
    if not all(_FHIR_BASE.fullmatch(one) for one in bases):
        raise ValueError("expected http(s) addresses of FHIR servers, with commas between them")
    return tuple(sorted(bases))


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator may choose. Each field's variable is `PACTOLUS_` and its name in capitals."""

    # RUF009 sees a call; what it makes is a frozen field over an immutable path.
    data: Path = _setting(Path("pactolus-data"), Path, "the folder of the audit store and its key")  # noqa: RUF009
    database: str = _setting(
        "",
        str,
        "the PostgreSQL database of the audit store, as address (`postgresql://user@host/name`) or as `host=… "
        "dbname=…`; the keys stay in `data`",
        is_secret=True,
    )
    rules: Path = _setting(Path("rules"), Path, "the folder of the rule packs")  # noqa: RUF009
    overlays: Path | None = _setting(  # noqa: RUF009
        None, Path, "the folder of the site's overlays, `<pack id>.yaml` for each pack"
    )
    releases: Path | None = _setting(  # noqa: RUF009
        None,
        Path,
        "the folder of published packs; with it the active versions decide, and `rules` is not read",
    )
    trust: tuple[Path, ...] = _setting(
        (), _paths, "the public key files whose signatures on releases count, with commas between"
    )
    key_command: tuple[str, ...] = _setting(
        (), _words, "a command that prints the key-encryption key of the audit store, in place of its file"
    )
    signing_key: Path | None = _setting(  # noqa: RUF009
        None, Path, "the PEM file of the Ed25519 key that signs checkpoints, in place of one in `data`"
    )
    signing_command: str = _setting("", str, "a command that signs checkpoints, in place of a key file")
    verifier_key: str = _setting("", str, "the public key of `signing_command`, as signed notes write it")
    witnesses: Path | None = _setting(  # noqa: RUF009
        None, Path, "the policy file (C2SP tlog-policy) of the witnesses that are asked to cosign checkpoints"
    )
    remote_erasure: bool = _setting(
        False, _switch, "let whoever can connect erase patients (`AuditService.ErasePatient`)"
    )
    pack: str = _setting("midas-consolidation", str, "the pack that decides when a request names none")
    host: str = _setting("127.0.0.1", str, "the address to listen on")
    port: int = _setting(50051, _whole(0, 65535), "the gRPC port; 0 lets the system choose")
    plaintext: bool = _setting(
        False, _switch, "serve without TLS on an address that is not loopback (a proxy must encrypt)"
    )
    reflection: bool = _setting(False, _switch, "gRPC reflection on an address that is not loopback")
    code_systems: str = _setting(
        "https://pactolus.example/fhir/CodeSystem/",
        _code_system_base,
        "the base of the site's own code systems",
    )
    fhir_bases: tuple[str, ...] = _setting(
        (),
        _fhir_bases,
        "the FHIR servers whose address in a reference means no more than `Type/id`, with commas between",
    )
    resource_bytes: int = _setting(1024 * 1024, _whole(1, _HUGE), "largest single resource, in bytes")
    request_bytes: int = _setting(4 * 1024 * 1024, _whole(1, _HUGE), "largest request, in bytes")
    evaluations: int = _setting(32, _whole(1, 1024), "evaluations at once; more are told to come again")
    match_seconds: int = _setting(
        5, _whole(1, 3600), "how many seconds one answer of the rule engine may take"
    )
    replay_workers: int = _setting(
        1,
        _whole(1, 256),
        "processes of low priority that do a replay for a caller (`AuditService.StartReplay`)",
    )
    shadow: str = _setting(
        "",
        _pack_version,
        "a candidate `ID@VERSION` that is evaluated beside the active pack on every request, and never answers",
    )
    shadow_packs: tuple[Path, ...] = _setting(
        (),
        _paths,
        "the folders of packs that hold the candidate, with commas between; else `rules` or `releases`",
    )
    shadow_share: int = _setting(
        25,
        _whole(1, 100),
        "the most that the shadow may take of one processor, in percent; it falls behind before",
    )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def shows_reflection(self) -> bool:
        """Reflection is on for loopback, elsewhere by setting."""
        return self.is_loopback or self.reflection

    def check_packs(self) -> None:
        """Raises `SettingsInvalid` where it is not clear whether signatures count."""
        if self.releases is not None and not self.trust:
            raise SettingsInvalid(
                "`releases` is set and `trust` is not: name the public keys whose signatures count (--trust, "
                "PACTOLUS_TRUST)"
            )
        if self.trust and self.releases is None:
            raise SettingsInvalid(
                "`trust` is set and `releases` is not: the packs of a rules folder are not verified; name the "
                "folder of releases (--releases, PACTOLUS_RELEASES), or leave `trust` out"
            )

    def check_signing(self) -> None:
        """Raises `SettingsInvalid` where it is not clear who signs checkpoints."""
        if self.signing_key is not None and self.signing_command:
            raise SettingsInvalid("`signing_key` and `signing_command` are both set: leave one of them out")
        if bool(self.signing_command) != bool(self.verifier_key):
            raise SettingsInvalid(
                "`signing_command` and `verifier_key` belong together: each signature of the command is verified "
                "with that key before it is used"
            )

    def check_serving(self) -> None:
        """Raises `SettingsInvalid` for what must not be served."""
        if not self.is_loopback and not self.plaintext:
            raise SettingsInvalid(
                "`host` is not loopback and this version has no TLS: keep to 127.0.0.1, or put an "
                "encrypting proxy in front and set PACTOLUS_PLAINTEXT=true"
            )


def settings_from(environment: Mapping[str, str] = os.environ, **chosen: Any) -> Settings:
    """Settings from the environment, overridden by what is chosen (None: not chosen).

    Raises `SettingsInvalid` when a variable cannot be read.
    """
    known = {f"PACTOLUS_{setting.name.upper()}": setting for setting in fields(Settings)}
    values: dict[str, Any] = {}
    for variable, text in sorted(environment.items()):
        if variable in known:
            values[known[variable].name] = _read(variable, text, known[variable].metadata["read"])
    values.update({name: value for name, value in chosen.items() if value is not None})
    return Settings(**values)


def _read(variable: str, text: str, read: Callable[[str], Any]) -> Any:
    if not text:
        raise SettingsInvalid(f"environment variable `{variable}` is empty: give it a value or unset it")
    try:
        return read(text)
    except ValueError as error:
        raise SettingsInvalid(f"environment variable `{variable}`: {error}") from error
