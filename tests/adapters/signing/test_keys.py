"""Keys in files: made once, read only when nobody else can, and told apart."""

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from pactolus_adapters.signing.keys import (
    KeyUnusable,
    make_keys,
    public_file,
    read_signing_key,
    read_trust,
)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "author.pem"
    make_keys(file)
    return file


def test_the_private_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    key_id = make_keys(tmp_path / "k")
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "k.pub").stat().st_mode) & 0o133 == 0
    assert read_signing_key(tmp_path / "k").key_id == key_id
    assert read_trust([tmp_path / "k.pub"]).key_ids == (key_id,)


@pytest.mark.parametrize("there", ["k", "k.pub"])
def test_no_key_is_ever_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine")
    with pytest.raises(KeyUnusable, match=f"`.*/{there}` is there already"):
        make_keys(tmp_path / "k")
    assert [file.name for file in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"


def test_only_the_same_key_verifies_the_same_message(key: Path, tmp_path: Path) -> None:
    make_keys(tmp_path / "other.pem")
    signing, other = read_signing_key(key), read_signing_key(tmp_path / "other.pem")
    trust = read_trust([public_file(key), tmp_path / "other.pem.pub"])
    signature = signing.sign(b"message")
    assert trust.verifies(signing.key_id, signature, b"message")
    assert not trust.verifies(signing.key_id, signature, b"messagf")
    assert not trust.verifies(other.key_id, signature, b"message")
    assert not trust.verifies("unknown", signature, b"message")
    assert not trust.verifies(signing.key_id, bytes(64), b"message")


def test_a_private_key_that_others_can_read_is_refused(key: Path) -> None:
    key.chmod(0o640)
    with pytest.raises(KeyUnusable, match="can be read by others: `chmod 600`"):
        read_signing_key(key)


def test_files_that_hold_no_such_key_are_told(key: Path, tmp_path: Path) -> None:
    curve = generate_private_key(SECP256R1())
    locked = tmp_path / "locked.pem"
    pem, encoded = Encoding.PEM, PrivateFormat.PKCS8
    locked.write_bytes(curve.private_bytes(pem, encoded, BestAvailableEncryption(b"secret")))
    other = tmp_path / "other.pem"
    other.write_bytes(curve.private_bytes(pem, encoded, NoEncryption()))
    other_public = tmp_path / "other.pub"
    other_public.write_bytes(curve.public_key().public_bytes(pem, PublicFormat.SubjectPublicKeyInfo))
    for file in (locked, other):
        file.chmod(0o600)
    public_file(key).chmod(0o600)
    for file, told in (
        (locked, "holds no private key without a password"),
        (other, "another algorithm than Ed25519"),
        (public_file(key), "holds no private key"),
        (tmp_path / "nothing", "cannot be read"),
        (tmp_path, "cannot be read"),
    ):
        with pytest.raises(KeyUnusable, match=told):
            read_signing_key(file)
    for file, told in (
        (key, "holds no public key: the public key is the file that ends in `.pub`"),
        (other_public, "another algorithm than Ed25519"),
        (tmp_path / "nothing", "cannot be read"),
    ):
        with pytest.raises(KeyUnusable, match=told):
            read_trust([file])
