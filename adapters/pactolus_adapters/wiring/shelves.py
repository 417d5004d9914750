"""The shelves of folders that somebody names beside what decides: candidates, and packs that decided once."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pactolus_adapters.packs.folder import FolderShelf
from pactolus_adapters.settings import Settings
from pactolus_adapters.wiring.parts import open_shelf, prepare_pack
from pactolus_engine.ports import PackShelf

__all__ = ["every_shelf"]


def every_shelf(
    settings: Settings, folders: Iterable[Path], shelf: PackShelf | None = None
) -> list[PackShelf]:
    """The folders that were named, then what decides now; each with the site's overlay, and as its authors wrote it,
    since either may have decided. `shelf`: what decides now, where it is open already.

    Raises `PackInvalid`.
    """
    without = [open_shelf(_bare(settings))] if settings.overlays else []
    return [*_named_shelves(settings, folders), shelf or open_shelf(settings), *without]


def _named_shelves(settings: Settings, folders: Iterable[Path]) -> list[PackShelf]:
    """Each folder with the site's overlays where they fit, and as its authors wrote it, since either may have decided.

    Raises `PackInvalid`.
    """
    sites = (settings, _bare(settings)) if settings.overlays else (settings,)
    return [
        FolderShelf(folder, prepare_pack, site.overlays, where_they_fit=True)
        for folder in folders
        for site in sites
    ]


def _bare(settings: Settings) -> Settings:
    """The same without the site's overlays."""
    return replace(settings, overlays=None)
