"""What was in force when a server began to serve: packs, settings, software; and what changed since before.

One event for each start. By it a reader sees from when on a pack, an overlay, an approval or a version of
the software could decide, without asking every record.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from pactolus_adapters.trail.events import Event
from pactolus_adapters.trail.places import listed
from pactolus_adapters.versions import software_versions
from pactolus_engine.errors import PackNotFound, RecordGone
from pactolus_engine.pack.model import Pack
from pactolus_engine.ports import PackShelf
from pactolus_engine.trail import AuditTrail, Selection

__all__ = ["activation_event"]

_ACTIVATION: Final = "activation"
_STATED: Final = ("packs/", "settings/", "versions/")


def activation_event(trail: AuditTrail, shelf: PackShelf, settings: Mapping[str, str]) -> Event:
    """The event of a start. `settings`: those that bear on answers, as text.

    Its details are `packs/ID/VERSION/…`, `settings/…` and `versions/…`; `since` is the index of the start
    before, and for everything that is otherwise than then there is `was/…`, empty if it was not there. Raises
    `AuditUnavailable`.
    """
    stated = {
        **dict(part for compiled in shelf.all() for part in _pack(shelf, compiled.pack)),
        **{f"settings/{name}": text for name, text in settings.items()},
        **{f"versions/{name}": text for name, text in software_versions().items()},
    }
    return Event(_ACTIVATION, {**stated, **_changes(trail, stated)})


def _pack(shelf: PackShelf, pack: Pack) -> Iterator[tuple[str, str]]:
    place = f"packs/{pack.id}/{pack.version}"
    yield f"{place}/digest", pack.digest
    yield f"{place}/content", pack.content_digest
    yield f"{place}/active", "true" if _is_active(shelf, pack) else "false"
    if pack.overlay is not None:
        yield f"{place}/overlay", pack.overlay.digest
    if pack.approvals:
        yield f"{place}/approvals", ",".join(sorted(f"{one.of}:{one.digest}" for one in pack.approvals))


def _is_active(shelf: PackShelf, pack: Pack) -> bool:
    try:
        return shelf.get(pack.id).pack.version == pack.version
    except PackNotFound:
        return False


def _changes(trail: AuditTrail, stated: Mapping[str, str]) -> dict[str, str]:
    """What was otherwise at the last start that can still be read."""
    earlier = [one.index for one in listed(trail, Selection(events=(_ACTIVATION,)))]
    for index in reversed(earlier):
        try:
            before = json.loads(trail.read(index).input)
        except RecordGone:
            continue
        then = {name: text for name, text in before.items() if name.startswith(_STATED)}
        moved = {name for name in then.keys() | stated.keys() if then.get(name) != stated.get(name)}
        return {"since": str(index), **{f"was/{name}": then.get(name, "") for name in moved}}
    return {}
