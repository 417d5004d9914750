"""Publishes a pack: through every gate, signed, and then written once, as a version that never changes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pactolus_adapters.authoring.draft import Draft, open_draft
from pactolus_adapters.authoring.gates import Gate
from pactolus_adapters.releases.folder import ReleaseFolder
from pactolus_adapters.releases.published import read_signature
from pactolus_adapters.signing.keys import SigningKey, Trust, read_signing_key, read_trust
from pactolus_adapters.signing.pack_signature import signature_issues, signature_of
from pactolus_adapters.signing.seal import sealed
from pactolus_adapters.versions import software_versions
from pactolus_engine.errors import PackInvalid
from pactolus_engine.pack.digest import SIGNATURE_FILE
from pactolus_engine.pack.model import Pack
from pactolus_engine.releases.pack_statement import file_digests
from pactolus_engine.releases.release_statement import release_of

__all__ = ["Publication", "publish"]


@dataclass(frozen=True, slots=True)
class Publication:
    """What came of it. `problems`: gate → what it found; with any, nothing was written. `is_new` is false when
    this very version was published before."""

    pack: Pack
    is_new: bool
    problems: Mapping[str, tuple[str, ...]]


def publish(
    folder: Path,
    releases: Path,
    key: Path,
    gates: Iterable[Gate],
    *,
    now: Callable[[], datetime],
    tell: Callable[[str], None],
    trust: tuple[Path, ...] = (),
) -> Publication:
    """Publishes the pack in `folder` to the folder `releases`; `key` and `trust` are key files.

    A signature that lies in the folder is kept: it must be of this content and by this key or one of `trust`.
    Without one, `key` signs the pack; it signs the release in any case. `tell` hears the name of each gate before
    it is tried. Raises `KeyUnusable`, and `PackInvalid` when the pack does not load, when its signature does not hold, when its
    version is there with another content, or is lower than one that is there.
    """
    signing, there = read_signing_key(key), ReleaseFolder(releases)
    trusted = signing.trust() | read_trust(trust)
    draft = open_draft(folder)
    signature = _signature(folder, draft, signing, trusted)
    if there.is_published(draft.pack, draft.files, trusted):
        return Publication(draft.pack, False, {})
    reports = {}
    for gate in gates:
        tell(gate.name)
        reports[gate.name] = gate.run(draft)
    problems = {name: report.problems for name, report in reports.items() if report.problems}
    if problems:
        return Publication(draft.pack, False, problems)
    release = release_of(
        draft.pack,
        key_id=signing.key_id,
        published_at=now().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        files=file_digests({**draft.files, SIGNATURE_FILE: signature}),
        checked={name: report.statement for name, report in reports.items()},
        software=software_versions(),
    )
    written = there.publish(draft.pack, draft.files, signature, sealed(release.document(), signing), trusted)
    return Publication(draft.pack, written, {})


def _signature(folder: Path, draft: Draft, key: SigningKey, trust: Trust) -> bytes:
    there = read_signature(folder)
    if there is None:
        return signature_of(draft.pack, draft.files, key)
    if issues := signature_issues(draft.files, there, trust):
        raise PackInvalid(draft.name, issues)
    return there
