"""Checks the pack in a folder: what the loader and the compiler refuse, and what the checks find."""

from datetime import datetime
from pathlib import Path

from pactolus_adapters.packs.folder import read_pack_files
from pactolus_engine.checks.run import Checked, check_pack, refused
from pactolus_engine.compiled import compile_pack
from pactolus_engine.errors import Issue, PackInvalid, PackTooComplex
from pactolus_engine.match.durable import shards_of
from pactolus_engine.pack.read import read_whole

__all__ = ["check_folder"]


def check_folder(folder: Path, at: datetime) -> tuple[Checked, bool]:
    """What is found in the pack, and whether it is refused (then nothing else is looked at)."""
    try:
        whole = read_whole(folder.resolve().name, read_pack_files(folder))
        shards_of(compile_pack(whole.pack))
    except PackInvalid as error:
        return refused(error.issues), True
    except PackTooComplex as error:
        return refused([Issue("pack.yaml", 1, 1, str(error))]), True
    return check_pack(whole, at), False
