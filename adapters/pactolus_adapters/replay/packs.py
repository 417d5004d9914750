"""The packs that a replay may need, by digest: those that decide now, those that decided once, a candidate."""

from collections.abc import Iterable

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.errors import PackNotFound
from pactolus_engine.ports import PackShelf

__all__ = ["PacksByDigest", "candidate"]


class PacksByDigest:
    """Compiled packs by the digest that a record names, which covers files, overlay, parameters and sign-offs."""

    def __init__(self, shelves: Iterable[PackShelf]) -> None:
        self._packs = {one.pack.digest: one for shelf in shelves for one in shelf.all()}

    @property
    def digests(self) -> tuple[str, ...]:
        """Of all of them, sorted."""
        return tuple(sorted(self._packs))

    def only(self, digests: Iterable[str]) -> "PacksByDigest":
        """These of them, so that a worker that comes late has no others than the first. Raises `PackNotFound` when one
        is not there any more."""
        wanted = tuple(digests)
        if not self._packs.keys() >= set(wanted):
            raise PackNotFound(
                "a pack that was there when the replay began is not on the shelf any more, or was changed since: put it "
                "back as it was, or begin anew in another folder"
            )
        kept = PacksByDigest(())
        kept._packs = {digest: self._packs[digest] for digest in wanted}
        return kept

    def one(self, digest: str) -> CompiledPack:
        """The pack of that digest. Raises `PackNotFound`."""
        found = self.get(digest)
        if found is None:
            raise PackNotFound("the pack of the replay is not among the packs that it was begun with")
        return found

    def get(self, digest: str) -> CompiledPack | None:
        """The pack of that digest, None when there is none such."""
        return self._packs.get(digest)


def candidate(shelves: Iterable[PackShelf], pack_id: str, version: str = "") -> CompiledPack:
    """The pack of that name on the first shelf that has it. Raises `PackNotFound`."""
    tried = list(shelves)
    for shelf in tried:
        try:
            return shelf.get(pack_id, version)
        except PackNotFound:
            continue
    name = f"{pack_id}@{version}" if version else pack_id
    there = sorted({f"`{one.pack.id}@{one.pack.version}`" for shelf in tried for one in shelf.all()})
    raise PackNotFound(
        f"there is no pack `{name}`; there are: {', '.join(there) or 'none'} (--packs names further folders)"
    )
