"""Trust policies (C2SP tlog-policy): which logs, which witnesses, and how many of them make a checkpoint count.

A line is `log KEY [URL]`, `witness NAME KEY [URL]`, `group NAME all|any|COUNT NAME...` or `quorum NAME`; a line
that starts with `#` is a comment. A name is used only below the line that gives it. `quorum none` asks for no
witness.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from pactolus_adapters.tlog.checkpoint import open_checkpoint
from pactolus_adapters.tlog.errors import PolicyInvalid, VerifierKeyInvalid
from pactolus_adapters.tlog.keys import NoteVerifier, SignatureType
from pactolus_engine.errors import Issue

__all__ = ["Group", "LogPlace", "Policy", "Witness", "cosigned_by", "meets", "read_policy"]

NOBODY: Final = "none"
"""The name of the quorum that needs no witness."""

_MOST_BYTES: Final = 1 << 20
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_WORD: Final = re.compile(r"[^ \t]+")
_COUNT: Final = re.compile(r"[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class LogPlace:
    """A log that the policy accepts. `url` is empty when the policy gives none."""

    key: NoteVerifier
    url: str


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness. `name` is the policy's own for it; `url`: its submission prefix, empty when none is given."""

    name: str
    key: NoteVerifier
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """So many of these members, witnesses or groups, make the group count."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What a policy file says; groups in their order, each only of what stands before it."""

    logs: tuple[LogPlace, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[Group, ...]
    quorum: str

    def is_met_by(self, witnesses: Iterable[str]) -> bool:
        """Whether these witnesses, by their names in the policy, are enough."""
        there = {NOBODY, *witnesses}
        for group in self.groups:
            if sum(member in there for member in group.members) >= group.threshold:
                there.add(group.name)
        return self.quorum in there


def meets(policy: Policy, note: bytes, logs: Iterable[NoteVerifier] = ()) -> bool:
    """Whether enough witnesses have cosigned the checkpoint. `logs`: trusted logs beside those of the policy.

    Raises `TlogUnreadable` and `SignatureInvalid` when no trusted log has signed it, or a trusted key's signature
    does not fit.
    """
    return policy.is_met_by(cosigned_by(policy, note, logs))


def cosigned_by(policy: Policy, note: bytes, logs: Iterable[NoteVerifier] = ()) -> tuple[str, ...]:
    """The policy's names of the witnesses that have cosigned the checkpoint, in its order. Raises as `meets`."""
    keys = dict.fromkeys([*(log.key for log in policy.logs), *logs])
    _, opened = open_checkpoint(note, [*keys, *(witness.key for witness in policy.witnesses)])
    return tuple(
        witness.name
        for witness in policy.witnesses
        if any(signature.is_of(witness.key) for signature in opened.verified)
    )


def read_policy(content: bytes, file: str) -> Policy:
    """The policy of a file. Raises `PolicyInvalid` with everything that is wrong, as `file:line:column`."""
    reader = _Reader(file)
    if len(content) > _MOST_BYTES:
        reader.note(1, 1, f"the policy has more than {_MOST_BYTES} bytes")
    else:
        # What is not UTF-8 stays what it is: the format calls such octets opaque.
        lines = content.decode("utf-8", "surrogateescape").split("\n")
        for number, line in enumerate(lines, 1):
            reader.read_line(number, line)
        reader.end(len(lines), lines[-1])
    if reader.issues:
        raise PolicyInvalid(reader.issues)
    return Policy(tuple(reader.logs), tuple(reader.witnesses), tuple(reader.groups), reader.quorum)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    line: int
    column: int

    @property
    def shown(self) -> str:
        return self.text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class _Reader:
    """Reads one file, line after line, and goes on after a mistake."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.issues: list[Issue] = []
        self.logs: list[LogPlace] = []
        self.witnesses: list[Witness] = []
        self.groups: list[Group] = []
        self.quorum = ""
        self._line_of: dict[str, int] = {}
        self._key_line: dict[tuple[str, bytes], int] = {}
        self._group_of: dict[str, str] = {}
        self._quorum_line = 0
        self._readers: dict[str, Callable[[_Word, list[_Word]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }

    def note(self, line: int, column: int, message: str, advice: str = "") -> None:
        self.issues.append(Issue(self._file, line, column, message, advice))

    def read_line(self, number: int, line: str) -> None:
        forbidden = _FORBIDDEN.search(line)
        if forbidden is not None:
            self.note(
                number, forbidden.start() + 1, "a control character", "only tab and newline may stand here"
            )
            return
        words = [_Word(found.group(), number, found.start() + 1) for found in _WORD.finditer(line)]
        if not words or words[0].text.startswith("#"):
            return
        read = self._readers.get(words[0].text)
        if read is None:
            self._wrong(words[0], f"unknown word `{words[0].shown}`", f"expected {', '.join(self._readers)}")
        else:
            read(words[0], words[1:])

    def end(self, number: int, last: str) -> None:
        if last:
            self.note(number, len(last) + 1, "the last line has no newline", "is the file whole?")
        if not self._quorum_line:
            self.note(number, 1, "no `quorum` line", f"`quorum {NOBODY}` asks for no witness")

    def _log(self, head: _Word, words: list[_Word]) -> None:
        if not self._has(head, words, 1, 2, "log KEY [URL]"):
            return
        key = self._key(words[0], SignatureType.ED25519)
        if key is not None:
            self.logs.append(LogPlace(key, _url(words[1:])))

    def _witness(self, head: _Word, words: list[_Word]) -> None:
        if not self._has(head, words, 2, 3, "witness NAME KEY [URL]"):
            return
        self._define(words[0])
        key = self._key(words[1], SignatureType.COSIGNATURE)
        if key is not None:
            self.witnesses.append(Witness(words[0].text, key, _url(words[2:])))

    def _group(self, head: _Word, words: list[_Word]) -> None:
        if not self._has(head, words, 3, None, "group NAME all|any|COUNT NAME..."):
            return
        name, count, *members = words
        known = [self._member(member, name) for member in members]
        threshold = self._threshold(count, len(members))
        self._define(name)
        if threshold is not None and all(known):
            self.groups.append(Group(name.text, threshold, tuple(member.text for member in members)))

    def _quorum(self, head: _Word, words: list[_Word]) -> None:
        if not self._has(head, words, 1, 1, "quorum NAME"):
            return
        if self._quorum_line:
            self._wrong(head, "a second `quorum` line", f"the first is in line {self._quorum_line}")
            return
        self._quorum_line = head.line
        if words[0].text != NOBODY:
            self._is_defined(words[0])
        self.quorum = words[0].text

    def _has(self, head: _Word, words: list[_Word], least: int, most: int | None, form: str) -> bool:
        if least <= len(words) <= (len(words) if most is None else most):
            return True
        self._wrong(head, f"{len(words)} words after `{head.text}`", f"expected `{form}`")
        return False

    def _define(self, name: _Word) -> None:
        if name.text == NOBODY:
            self._wrong(name, f"`{NOBODY}` is the name of no witness and no group")
        elif name.text in self._line_of:
            self._wrong(name, f"`{name.shown}` has its name from line {self._line_of[name.text]}")
        else:
            self._line_of[name.text] = name.line

    def _key(self, word: _Word, expected: SignatureType) -> NoteVerifier | None:
        try:
            key = NoteVerifier.from_text(word.text)
        except VerifierKeyInvalid as error:
            self._wrong(word, str(error))
            return None
        if key.type is not expected:
            advice = "a log's key begins `AQ` after the last `+`, a witness's `B`"
            self._wrong(word, f"a key of type 0x{key.type:02x}, expected 0x{expected:02x}", advice)
            return None
        first = self._key_line.setdefault((expected.name, key.public), word.line)
        if first != word.line:
            self._wrong(word, f"the same key as in line {first}", "each key may count once")
            return None
        return key

    def _member(self, member: _Word, group: _Word) -> bool:
        if not self._is_defined(member):
            return False
        first = self._group_of.get(member.text)
        if first is not None:
            self._wrong(member, f"`{member.shown}` is a member already, of `{first}`", "each may count once")
            return False
        self._group_of[member.text] = group.shown
        return True

    def _is_defined(self, name: _Word) -> bool:
        if name.text in self._line_of:
            return True
        self._wrong(name, f"`{name.shown}` is no witness and no group of the lines above")
        return False

    def _threshold(self, count: _Word, members: int) -> int | None:
        if count.text in {"all", "any"}:
            return members if count.text == "all" else 1
        if _COUNT.fullmatch(count.text) and int(count.text) <= members:
            return int(count.text)
        self._wrong(count, f"`{count.shown}` of {members}", f"expected `all`, `any` or 1 to {members}")
        return None

    def _wrong(self, word: _Word, message: str, advice: str = "") -> None:
        self.note(word.line, word.column, message, advice)


def _url(words: list[_Word]) -> str:
    return words[0].text if words else ""
