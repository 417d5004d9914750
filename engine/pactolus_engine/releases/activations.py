"""Which version of a pack is active, and which were before: a chain of lines, each sealing the one before.

A line holds its own digest and that of the line before it, so an edited, moved or removed line shows,
unless it is the last. Whoever can write the file can shorten it, or write all of it anew: the chain is a
record, not a signature. What may become active at all is settled by the signatures of the releases.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final

from pactolus_engine.errors import Issue, PackInvalid
from pactolus_engine.pack.version import is_version, version_order
from pactolus_engine.releases.sealed import canonical, parsed

__all__ = [
    "ACTIVATIONS_FILE",
    "Activation",
    "activation_line",
    "active",
    "chain_head",
    "highest",
    "read_activations",
]

ACTIVATIONS_FILE: Final = "activations.jsonl"
_FORMAT: Final = "pactolus activation 1"
_FIRST: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Activation:
    """One version made active. `at`: RFC 3339; `release_digest`: SHA-256 (hex) of its `release.json`."""

    pack: str
    version: str
    release_digest: str
    at: str
    by: str
    reason: str
    rollback: bool


def activation_line(activation: Activation, chain: bytes) -> bytes:
    """The line that continues a chain that was read well; canonical JSON and a line feed."""
    body = {"format": _FORMAT, "previous": chain_head(chain), **asdict(activation)}
    return canonical(body | {"digest": _digest(body)}) + b"\n"


def chain_head(chain: bytes) -> str:
    """The digest of the last line of a chain that was read well; zeros when there is none."""
    lines = chain.splitlines()
    return str(parsed(lines[-1])["digest"]) if lines else _FIRST


def read_activations(chain: bytes) -> tuple[Activation, ...]:
    """Every activation, oldest first. Raises `PackInvalid` with each line that is broken."""
    issues: list[Issue] = []
    found: list[Activation] = []
    previous = _FIRST
    lines = chain.split(b"\n")
    if lines.pop():
        issues.append(
            _issue(len(lines) + 1, "the last line has no end", "something else than Pactolus wrote it")
        )
    for number, line in enumerate(lines, start=1):
        body = _body(line)
        if body is None:
            issues.append(_issue(number, "this is no activation, or it was edited"))
            previous = ""
            continue
        if previous and body["previous"] != previous:
            issues.append(_issue(number, "the line does not follow the one before it", _LOST))
        previous = body["digest"]
        found.append(_activation(body))
    if issues:
        raise PackInvalid(ACTIVATIONS_FILE, issues)
    return tuple(found)


_LOST: Final = "a line before it was removed, added or moved; put back the file as it was"


def active(activations: Iterable[Activation]) -> dict[str, Activation]:
    """Pack id → its last activation."""
    return {one.pack: one for one in activations}


def highest(activations: Iterable[Activation], pack: str) -> str:
    """The highest version of a pack that ever was active; empty when none was."""
    return max((one.version for one in activations if one.pack == pack), key=version_order, default="")


def _body(line: bytes) -> dict[str, Any] | None:
    """The content of a line that is whole; None when it is not."""
    try:
        body = parsed(line)
        if not isinstance(body, dict) or canonical(body) != line or body.get("format") != _FORMAT:
            return None
    except (ValueError, RecursionError):
        return None
    fields = {"format", "previous", "digest", *Activation.__dataclass_fields__}
    texts = fields - {"rollback"}
    is_whole = set(body) == fields and all(isinstance(body[name], str) for name in texts)
    if not is_whole or not isinstance(body["rollback"], bool) or not is_version(body["version"]):
        return None
    unsealed = {name: value for name, value in body.items() if name != "digest"}
    return body if body["digest"] == _digest(unsealed) else None


def _activation(body: dict[str, Any]) -> Activation:
    return Activation(**{name: body[name] for name in Activation.__dataclass_fields__})


def _digest(body: dict[str, Any]) -> str:
    return sha256(canonical(body)).hexdigest()


def _issue(line: int, message: str, advice: str = "") -> Issue:
    return Issue(ACTIVATIONS_FILE, line, 1, message, advice)
