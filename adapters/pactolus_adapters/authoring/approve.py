"""Records a clinician's sign-off: of a pack, of a site's overlay, or of one value that waits for it."""

import json
import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pactolus_adapters.packs.folder import read_pack_files
from pactolus_adapters.packs.overlays import APPROVALS_ENDING, OverlayFolder
from pactolus_adapters.releases.durable import replace_file
from pactolus_engine.errors import PackInvalid, PactolusError
from pactolus_engine.pack.approval import Approval, Approved, parameter_content_digest
from pactolus_engine.pack.digest import APPROVALS_FILE
from pactolus_engine.pack.exact_number import canonical_number
from pactolus_engine.pack.model import Pack
from pactolus_engine.pack.read import SiteFile, declared_id, read_pack
from pactolus_engine.pack.sign_off import signing_parameters
from pactolus_engine.unsigned import unsigned

__all__ = ["NothingToApprove", "Recorded", "Signatory", "approve"]

_MOST_CHARACTERS = 200
_INDENT = re.compile(r"^( *)- ", re.MULTILINE)


class NothingToApprove(PactolusError):
    """What is to be approved is not there, waits for nothing, or is approved already; says which."""


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs, as what, on which day, and what they want to say. One line each."""

    by: str
    role: str
    on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An approval that was written to `file`; `pack` is what it counts for now."""

    approval: Approval
    file: Path
    pack: Pack

    @property
    def open(self) -> tuple[str, ...]:
        """What stays without an approval, in the words that every answer says it with."""
        return tuple(caveat.text for caveat in unsigned(self.pack))


@dataclass(frozen=True, slots=True)
class _Place:
    """A pack in its folder, and the site's folder where the site decides."""

    folder: Path
    files: dict[str, bytes]
    overlays: Path | None
    overlay: SiteFile | None
    approvals: SiteFile | None

    @property
    def file(self) -> Path:
        """Where the approval goes: the pack's own file, or the site's."""
        if self.overlays is None:
            return self.folder / APPROVALS_FILE
        return self.overlays / f"{declared_id(self.files)}{APPROVALS_ENDING}"

    @property
    def content(self) -> bytes:
        """What that file holds; empty when it is not there."""
        if self.overlays is None:
            return self.files.get(APPROVALS_FILE, b"")
        return self.approvals[1] if self.approvals else b""

    def with_content(self, content: bytes) -> "_Place":
        """The same with another content of that file."""
        if self.overlays is None:
            return replace(self, files=self.files | {APPROVALS_FILE: content})
        return replace(self, approvals=(f"overlays/{self.file.name}", content))

    def pack(self) -> Pack:
        """The pack as it stands; raises `PackInvalid`."""
        name = self.folder.resolve().name
        return read_pack(name, self.files, overlay=self.overlay, site_approvals=self.approvals)


def approve(
    folder: Path,
    who: Signatory,
    *,
    parameter: str = "",
    overlay: Path | None = None,
    overlays: Path | None = None,
) -> Recorded:
    """Writes the approval of the pack in `folder`, or of the value of a parameter, or of a site's overlay.

    With `overlay` (the file) or `overlays` (the folder) the site's values are in force and the approval is
    the site's, kept beside its overlays; else it is the author's, kept in the pack. Raises `PackInvalid`, and
    `NothingToApprove`, which change nothing.
    """
    _check_lines(who)
    place = _place(folder, overlay.parent if overlay else overlays)
    pack = place.pack()
    if overlay is not None and (pack.overlay is None or overlay.name != f"{pack.id}.yaml"):
        raise NothingToApprove(f"the overlay of this pack is named `{pack.id}.yaml`")
    approval = _approval(pack, who, parameter, of_overlay=overlay is not None and not parameter)
    if any(replace(one, on=approval.on, note="") == replace(approval, note="") for one in pack.approvals):
        raise NothingToApprove("the same person in the same role has approved exactly this already")
    signed = place.with_content(_appended(place.content, approval))
    approved = signed.pack()
    assert approval in approved.approvals, "what was written is read as it was meant"
    replace_file(signed.file, signed.content)
    return Recorded(approval, signed.file, approved)


def _place(folder: Path, overlays: Path | None) -> _Place:
    files = read_pack_files(folder)
    site, pack_id = OverlayFolder(overlays), declared_id(files)
    if site.issues:
        raise PackInvalid(folder.name, site.issues)
    return _Place(folder, files, overlays, site.of(pack_id), site.approvals_of(pack_id))


def _approval(pack: Pack, who: Signatory, parameter: str, *, of_overlay: bool) -> Approval:
    if parameter:
        return _of_parameter(pack, who, parameter)
    if of_overlay:
        assert pack.overlay is not None, "looked at before"
        return Approval(Approved.OVERLAY, pack.overlay.digest, who.by, who.role, who.on, note=who.note)
    return Approval(Approved.PACK, pack.content_digest, who.by, who.role, who.on, note=who.note)


def _of_parameter(pack: Pack, who: Signatory, parameter: str) -> Approval:
    waiting = {one.id for one in signing_parameters(pack)}
    if parameter not in waiting:
        listed = ", ".join(f"`{name}`" for name in sorted(waiting)) or "none"
        raise NothingToApprove(
            f"no value in force of a parameter of that name needs a sign-off (those that do: {listed})"
        )
    value = pack.parameter_values[parameter]
    digest = parameter_content_digest(pack.content_digest, parameter, value)
    return Approval(Approved.PARAMETER, digest, who.by, who.role, who.on, parameter, value, who.note)


def _check_lines(who: Signatory) -> None:
    for what, text in (("name", who.by), ("role", who.role), ("note", who.note)):
        if not text.isprintable() or len(text) > _MOST_CHARACTERS or text != text.strip():
            raise NothingToApprove(
                f"the {what} is expected to be one line of at most {_MOST_CHARACTERS} characters"
            )
    if not who.by or not who.role:
        raise NothingToApprove("an approval needs a name and a role")


def _appended(content: bytes, approval: Approval) -> bytes:
    """The file with one more entry at its end, written as its entries are."""
    text = content.decode("utf-8") or "approvals:\n"
    indented = _INDENT.search(text)
    margin = indented[1] if indented else "  "
    first, *rest = (f"{key}: {value}\n" for key, value in _entry(approval))
    end = "" if text.endswith("\n") else "\n"
    entry = f"{margin}- {first}" + "".join(f"{margin}  {line}" for line in rest)
    return f"{text}{end}{entry}".encode()


def _entry(approval: Approval) -> list[tuple[str, str]]:
    def quoted(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    value = approval.value
    return [
        ("of", approval.of.value),
        *([("parameter", approval.parameter)] if approval.parameter else []),
        *([("value", canonical_number(value))] if value is not None else []),
        ("digest", approval.digest),
        ("by", quoted(approval.by)),
        ("role", quoted(approval.role)),
        ("on", approval.on.isoformat()),
        *([("note", quoted(approval.note))] if approval.note else []),
    ]
