"""A tile that was written by half, altered or lost: made anew from the leaves, or nothing is proved by it."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_engine.errors import AuditUnavailable
from tests.contract.audit_log import fixed_clock, new_record
from tests.faults.figures import tell
from tests.faults.intact import look_over
from tests.faults.tamper import attacking
from tests.support.merkle import recursive_consistency, recursive_inclusion, recursive_root

SIZE = 300
TILES = ((0, 0), (0, 1), (1, 0))
"""A full tile of leaf hashes, the one at the right edge, and the one above them."""

INDEXES = (0, 1, 100, 255, 256, 257, 299)
SIGNED = (1, 100, 255, 256, 257, 299, 300)
SIZES = (*SIGNED, 2, 200, 290)
"""Some that no checkpoint was signed for are asked for too."""


@pytest.fixture(scope="module")
def leaves() -> list[bytes]:
    """The leaf hashes of `original`, in order."""
    return []


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, leaves: list[bytes]) -> Path:
    """A closed store with checkpoints on the way."""
    directory = tmp_path_factory.mktemp("original") / "data"
    log = SqliteAuditLog(directory, fixed_clock)
    for number in range(SIZE):
        leaves.append(log.append(new_record(f"request-{number}"))[0].leaf_hash)
        if number + 1 in SIGNED:
            log.publish()
    log.close()
    return directory


def _all_proofs(log: SqliteAuditLog, leaves: list[bytes]) -> tuple[int, int]:
    """How many proofs are given, each of them right, and how many are refused."""
    results = [
        _is_given(lambda: log.inclusion_proof(index, size), recursive_inclusion(index, leaves[:size]))  # noqa: B023
        for size in SIZES
        for index in INDEXES
        if index < size
    ]
    results += [
        _is_given(lambda: log.consistency_proof(first, size), recursive_consistency(first, leaves[:size]))  # noqa: B023
        for size in SIZES
        for first in SIZES
        if first <= size
    ]
    return results.count(True), results.count(False)


def _is_given(prove: Callable[[], list[bytes]], expected: list[bytes]) -> bool:
    """Whether there is a proof; one that is not the right one fails the test."""
    try:
        proof = prove()
    except AuditUnavailable as error:
        assert "torn or altered" in str(error)
        return False
    assert proof == expected, "a proof that is not that of the records was given"
    return True


@pytest.mark.parametrize("how", ["flipped", "half", "gone"])
@pytest.mark.parametrize("tile", TILES)
def test_a_torn_tile_proves_nothing_wrong(
    original: Path, leaves: list[bytes], tmp_path: Path, tile: tuple[int, int], how: str
) -> None:
    directory = Path(copytree(original, tmp_path / "data"))
    with attacking(directory) as attacker:
        attacker.tear_tile(*tile, how)
    log = SqliteAuditLog(directory, fixed_clock)
    given, refused = _all_proofs(log, leaves)
    tell(f"tile {tile} {how}", proofs_given=given, refused=refused)
    if tile != (0, 0):  # at the edge, where a write is torn, it is noticed on opening
        assert refused == 0
    if refused:
        log.rebuild_tiles()
        assert _all_proofs(log, leaves) == (given + refused, 0)
    assert log.root(SIZE) == recursive_root(leaves)
    assert log.append(new_record("afterwards"))[0].index == SIZE
    log.close()
    assert look_over(directory, dict(enumerate(leaves))).intact


def test_all_tiles_are_made_anew(original: Path, leaves: list[bytes], tmp_path: Path) -> None:
    directory = Path(copytree(original, tmp_path / "data"))
    with attacking(directory) as attacker:
        for tile in TILES:
            attacker.tear_tile(*tile, "gone")
    found = look_over(directory, dict(enumerate(leaves)))
    assert found.intact, found


def test_a_tile_is_not_made_anew_of_records_that_were_altered(original: Path, tmp_path: Path) -> None:
    """Else a torn tile would be the way to make the tree agree with a forgery."""
    directory = Path(copytree(original, tmp_path / "data"))
    with attacking(directory) as attacker:
        attacker.edit_leaf(100)
        attacker.rehash(100)
        attacker.tear_tile(0, 1, "gone")
    with pytest.raises(AuditUnavailable, match="not those that its last checkpoint was signed for"):
        SqliteAuditLog(directory, fixed_clock)
