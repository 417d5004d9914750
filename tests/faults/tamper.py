"""What somebody can do to a closed store who may write to its file: drop the triggers, then as they please.

The attacker knows the format. What depends on an altered record (its leaf hash, the tiles, the signed
checkpoints) is made to fit again as far as the attacker wants, or as far as the stolen keys reach.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import apsw

from pactolus_adapters.audit.key_sources import KEY_FILE
from pactolus_adapters.audit.keys import Keys, WrappedKey
from pactolus_adapters.audit.seal import Place, index_row, pack_content, seal_record
from pactolus_adapters.audit.signing_file import SIGNING_FILE
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_adapters.tlog.checkpoint import Checkpoint, sign_checkpoint
from pactolus_adapters.tlog.keys import Ed25519NoteSigner
from pactolus_adapters.tlog.tree import Tiles, appended
from pactolus_engine.ports import NewRecord
from tests.support.merkle import recursive_root

__all__ = ["Attacker", "attacking"]

_TABLES = ("audit_entry", "audit_index", "audit_payload", "audit_patient_name")
_FAR = 1_000_000
"""Where rows are put out of the way while numbers are exchanged."""


@contextmanager
def attacking(directory: Path) -> Iterator["Attacker"]:
    """The store of that directory, wide open; everything is in the database file afterwards."""
    connection = apsw.Connection(str(directory / DATABASE_FILE))
    try:
        triggers = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        with connection:
            yield Attacker(directory, connection)
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    finally:
        connection.close()


class Attacker:
    """One method for each thing that can be done; they can be combined."""

    def __init__(self, directory: Path, connection: apsw.Connection) -> None:
        self._directory = directory
        self.do = connection.execute

    # --- one record

    def edit_leaf(self, index: int) -> None:
        """Another pack version in the public part, of the same length."""
        self.do(
            "UPDATE audit_entry SET leaf = CAST(replace(CAST(leaf AS TEXT), '1.0.0', '1.0.1') AS BLOB) "
            "WHERE seq = ?",
            (index,),
        )

    def rehash(self, index: int) -> None:
        """The leaf hash that belongs to the leaf."""
        ((leaf,),) = self.do("SELECT leaf FROM audit_entry WHERE seq = ?", (index,)).fetchall()
        hashed = sha256(b"\x00" + bytes(leaf)).digest()
        self.do("UPDATE audit_entry SET leaf_hash = ? WHERE seq = ?", (hashed, index))

    def delete(self, index: int) -> None:
        """No trace of a record."""
        for table in _TABLES:
            self.do(f"DELETE FROM {table} WHERE seq = ?", (index,))

    def move(self, index: int, to: int) -> None:
        """A record under another number."""
        for table in _TABLES:
            self.do(f"UPDATE {table} SET seq = ? WHERE seq = ?", (to, index))

    def shift(self, first: int, by: int) -> None:
        """Every record from `first` on under a number that is higher, or lower, by so much."""
        for table in _TABLES:
            self.do(f"UPDATE {table} SET seq = seq + ? WHERE seq >= ?", (_FAR, first))
            self.do(f"UPDATE {table} SET seq = seq + ? WHERE seq >= ?", (by - _FAR, _FAR))

    def swap(self, one: int, other: int) -> None:
        """Two records change places, with all that belongs to them."""
        self.move(one, _FAR)
        self.move(other, one)
        self.move(_FAR, other)

    def insert(self, index: int) -> None:
        """A record that was never made, with the parts of the one before; later ones move up."""
        self.shift(index, 1)
        columns = {
            table: [str(row[1]) for row in self.do(f"PRAGMA table_info({table})")] for table in _TABLES
        }
        for table in _TABLES[:3]:
            others = [name for name in columns[table] if name not in {"seq", "request_id"}]
            names, values = ["seq", *others], ["?", *others]
            if table == "audit_index":
                names, values = [*names, "request_id"], [*values, "'inserted'"]
            self.do(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table} WHERE seq = ?",
                (index, index - 1),
            )
        self.edit_leaf(index)
        self.rehash(index)

    def forge(self, index: int, record: NewRecord, recorded_at: str) -> None:
        """A whole other record in the place of one, encrypted under its key: with the key file that goes."""
        keys = self._keys()
        key = self._data_key_of(index)
        subject = key.subject
        origin = self._meta("origin")
        sealed = seal_record(
            pack_content(record, lambda count: bytes([7]) * count),
            index_row(record, recorded_at, keys, subject),
            Place(origin, index),
            keys=keys,
            key_id=key.key_id,
            data_key=keys.unwrap(key),
            random_bytes=lambda count: bytes([9]) * count,
        )
        row = sealed.row
        self.do(
            "UPDATE audit_entry SET leaf = ?, leaf_hash = ? WHERE seq = ?",
            (sealed.leaf, sealed.leaf_hash, index),
        )
        self.do(
            "UPDATE audit_index SET outcome = ?, request_id = ?, request_digest = ?, recorded_at = ? WHERE seq = ?",
            (row.outcome, row.request_id, row.request_digest, row.recorded_at, index),
        )
        self.do(
            "UPDATE audit_payload SET nonce = ?, ciphertext = ? WHERE seq = ?",
            (sealed.nonce, sealed.ciphertext, index),
        )

    def edit_index(self, index: int, column: str, value: str) -> None:
        """Another value in what records are found by."""
        self.do(f"UPDATE audit_index SET {column} = ? WHERE seq = ?", (value, index))

    def edit_payload(self, index: int) -> None:
        """One bit of the encrypted part is another."""
        ((payload,),) = self.do("SELECT ciphertext FROM audit_payload WHERE seq = ?", (index,)).fetchall()
        altered = bytes([payload[0] ^ 1]) + bytes(payload[1:])
        self.do("UPDATE audit_payload SET ciphertext = ? WHERE seq = ?", (altered, index))

    def delete_payload(self, index: int) -> None:
        """The encrypted part is gone without a word."""
        self.do("DELETE FROM audit_payload WHERE seq = ?", (index,))

    def empty_payload(self, index: int, by: int) -> None:
        """The encrypted part is gone, and a record is said to have erased it that did not."""
        self.do(
            "UPDATE audit_payload SET nonce = x'', ciphertext = x'', erased_by = ? WHERE seq = ?", (by, index)
        )

    def destroy_key(self, index: int, by: int | None) -> None:
        """The key of a record's patient is gone; no record says so, or (`by`) one is said to that does not."""
        self.do(
            "UPDATE data_key SET subject = '', nonce = x'', wrapped = x'', destroyed_by = ? "
            "WHERE key_id = (SELECT key_id FROM audit_payload WHERE seq = ?)",
            (by, index),
        )

    # --- the end of the log

    def truncate(self, size: int) -> None:
        """The records from there on are gone."""
        for table in _TABLES:
            self.do(f"DELETE FROM {table} WHERE seq >= ?", (size,))

    def forget_checkpoints(self, size: int) -> None:
        """The checkpoints of more records than that are gone."""
        self.do("DELETE FROM cosignature WHERE size > ?", (size,))
        self.do("DELETE FROM checkpoint WHERE size > ?", (size,))

    # --- what is made of the records

    def rebuild_tiles(self) -> None:
        """The tiles of the tree over the leaf hashes as they are now."""
        tiles: Tiles = {}
        tiles = appended(0, self._leaf_hashes(), lambda level, index: tiles.get((level, index), b""))
        self.do("DELETE FROM tile")
        for (level, index), hashes in tiles.items():
            self.do("INSERT INTO tile (level, idx, hashes) VALUES (?, ?, ?)", (level, index, hashes))

    def sign_again(self, seed: bytes | None = None) -> None:
        """Every checkpoint over the records as they are now, signed with the stolen key, or (`seed`) another."""
        origin, hashes = self._meta("origin"), self._leaf_hashes()
        signer = Ed25519NoteSigner(origin, seed or (self._directory / SIGNING_FILE).read_bytes())
        for (size,) in self.do("SELECT size FROM checkpoint").fetchall():
            root = recursive_root(hashes[: int(size)])
            note = sign_checkpoint(Checkpoint(origin, int(size), root), signer)
            self.do("UPDATE checkpoint SET root = ?, note = ? WHERE size = ?", (root, note, size))

    def tear_tile(self, level: int, index: int, how: str) -> None:
        """A tile with a bit flipped, half a tile, or none."""
        where = (level, index)
        if how == "gone":
            self.do("DELETE FROM tile WHERE level = ? AND idx = ?", where)
            return
        ((hashes,),) = self.do("SELECT hashes FROM tile WHERE level = ? AND idx = ?", where).fetchall()
        torn = bytes([hashes[0] ^ 1]) + hashes[1:] if how == "flipped" else hashes[: len(hashes) // 64 * 32]
        self.do("UPDATE tile SET hashes = ? WHERE level = ? AND idx = ?", (torn or bytes(32), *where))

    def _leaf_hashes(self) -> list[bytes]:
        return [bytes(each) for (each,) in self.do("SELECT leaf_hash FROM audit_entry ORDER BY seq")]

    def _meta(self, name: str) -> str:
        ((value,),) = self.do("SELECT value FROM log_meta WHERE name = ?", (name,)).fetchall()
        return str(value)

    def _keys(self) -> Keys:
        root = (self._directory / KEY_FILE).read_bytes()
        return Keys(root).with_pseudonym_key(root, self._meta("pseudonym_key"))

    def _data_key_of(self, index: int) -> WrappedKey:
        (row,) = self.do(
            "SELECT k.key_id, k.subject, k.nonce, k.wrapped, k.wrapped_by FROM data_key k JOIN audit_payload USING (key_id) "
            "WHERE seq = ?",
            (index,),
        ).fetchall()
        return WrappedKey(*row)
