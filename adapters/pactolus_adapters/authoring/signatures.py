"""Makes keys, signs the pack in a folder, and verifies whose word stands for it."""

from dataclasses import dataclass
from pathlib import Path

from pactolus_adapters.authoring.draft import open_draft
from pactolus_adapters.packs.folder import read_pack_files
from pactolus_adapters.releases.durable import replace_file
from pactolus_adapters.releases.published import read_signature
from pactolus_adapters.signing.keys import make_keys, public_file, read_signing_key, read_trust
from pactolus_adapters.signing.pack_signature import signature_issues, signature_of, verified_statement
from pactolus_engine.errors import Issue, PackInvalid
from pactolus_engine.pack.digest import SIGNATURE_FILE
from pactolus_engine.releases.pack_statement import PackStatement

__all__ = ["NewKeys", "new_keys", "sign_pack", "verify_pack"]


@dataclass(frozen=True, slots=True)
class NewKeys:
    """A pair of keys and the files it is in."""

    key_id: str
    private: Path
    public: Path


def new_keys(file: Path) -> NewKeys:
    """Makes a pair of keys in `file` and a public file beside it. Raises `KeyUnusable`: none is overwritten."""
    return NewKeys(make_keys(file), file, public_file(file))


def sign_pack(folder: Path, key: Path) -> PackStatement:
    """Writes `signature.json` beside the files of a pack that loads; gives what was signed.

    Raises `KeyUnusable`, and `PackInvalid`: nothing is signed that could not be served.
    """
    signing, draft = read_signing_key(key), open_draft(folder)
    signature = signature_of(draft.pack, draft.files, signing)
    replace_file(folder / SIGNATURE_FILE, signature)
    statement = verified_statement(signature, signing.trust())
    assert isinstance(statement, PackStatement), "what was signed just now holds"
    return statement


def verify_pack(folder: Path, trusted: tuple[Path, ...]) -> PackStatement:
    """What somebody trusted has signed of the pack in a folder, which is exactly what lies there.

    The pack is not read for its meaning, so that an edit is told as such and not as a mistake of the author.
    Raises `KeyUnusable` for a key file of `trusted` that cannot be read, and `PackInvalid`.
    """
    trust = read_trust(trusted)
    files, signature = read_pack_files(folder), read_signature(folder)
    issues = signature_issues(files, signature, trust)
    statement = verified_statement(signature, trust) if signature is not None and not issues else None
    if statement is None or isinstance(statement, Issue):
        raise PackInvalid(folder.resolve().name, issues)
    return statement
