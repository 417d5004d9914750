"""Signing a pack and verifying it: every way in which it can be something else is told."""

import json
from pathlib import Path

import pytest

from pactolus_adapters.authoring.signatures import new_keys, sign_pack, verify_pack
from pactolus_engine.errors import PackInvalid
from tests.support.released import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def _issues(bench: Bench, *trust: Path) -> list[str]:
    with pytest.raises(PackInvalid) as refused:
        verify_pack(bench.pack, trust or bench.trust)
    return [str(issue) for issue in refused.value.issues]


def test_a_signed_pack_verifies_and_the_same_key_signs_the_same(bench: Bench) -> None:
    signed = sign_pack(bench.pack, bench.key)
    first = (bench.pack / "signature.json").read_bytes()
    assert verify_pack(bench.pack, bench.trust) == signed
    assert (signed.pack, signed.version, signed.language) == ("minimal", "1.2.3", "1")
    sign_pack(bench.pack, bench.key)
    assert (bench.pack / "signature.json").read_bytes() == first


def test_a_pack_without_a_signature_is_told_so(bench: Bench) -> None:
    assert _issues(bench) == [
        "signature.json:1:1: the pack has no signature (`pactolus rules sign` makes one)"
    ]


def test_a_pack_that_does_not_load_is_not_signed(bench: Bench) -> None:
    bench.edit("pack.yaml", "language: 1", "language: 99")
    with pytest.raises(PackInvalid):
        sign_pack(bench.pack, bench.key)
    assert not (bench.pack / "signature.json").exists()


def test_another_key_is_named_with_those_that_count(bench: Bench, tmp_path: Path) -> None:
    signed = sign_pack(bench.pack, bench.key)
    other = new_keys(tmp_path / "other.pem")
    (issue,) = _issues(bench, other.public)
    assert f"the signature is by key `{signed.key_id}`, which is not trusted" in issue
    assert f"(trusted: `{other.key_id}`)" in issue


def test_edited_added_and_removed_files_are_named(bench: Bench) -> None:
    sign_pack(bench.pack, bench.key)
    bench.edit("rules/too-old.yaml", "65", "64")
    (bench.pack / "rules/new.yaml").write_text("not even a rule")
    (bench.pack / "README.md").unlink()
    assert _issues(bench) == [
        "README.md:1:1: the file was there when the pack was signed, and is missing now",
        "rules/new.yaml:1:1: the file was added after the signing",
        "rules/too-old.yaml:1:1: the content is not what was signed",
    ]


def test_the_signature_of_another_version_or_pack_says_so(bench: Bench) -> None:
    sign_pack(bench.pack, bench.key)
    bench.raise_version("1.3.0")
    told = "signature.json:1:1: the signature is for version `1.2.3`, the pack is version `1.3.0`"
    assert _issues(bench) == [f"{told} (sign this version)"]
    bench.edit("pack.yaml", "id: minimal", "id: maximal")
    assert _issues(bench) == [
        "signature.json:1:1: the signature is for another pack, `minimal` (sign this pack)"
    ]


def test_an_altered_statement_does_not_hold(bench: Bench) -> None:
    sign_pack(bench.pack, bench.key)
    file = bench.pack / "signature.json"
    file.write_text(file.read_text().replace('"version":"1.2.3"', '"version":"1.2.4"'))
    assert _issues(bench) == [
        "signature.json:1:1: the signature does not fit the statement (one of the two was altered)"
    ]
    document = json.loads(file.read_text())
    file.write_text(json.dumps(document))
    assert "canonical" in _issues(bench)[0]


def test_a_signature_for_another_purpose_does_not_hold(bench: Bench) -> None:
    """The publisher's word for a release, by the same key, is not the author's word for a pack."""
    bench.publish()
    release = bench.releases / "minimal/1.2.3/release.json"
    (bench.pack / "signature.json").write_bytes(release.read_bytes())
    assert "expected the format `pactolus pack signature 1`" in _issues(bench)[0]


def test_sign_offs_may_come_later(bench: Bench) -> None:
    signed = sign_pack(bench.pack, bench.key)
    (bench.pack / "approvals.yaml").write_text("whatever")
    assert verify_pack(bench.pack, bench.trust) == signed


def test_a_signature_that_is_a_folder_or_a_way_out_is_refused(bench: Bench) -> None:
    signature = bench.pack / "signature.json"
    signature.symlink_to(bench.key)
    assert "a symbolic link leads out of the folder of the pack" in _issues(bench)[0]
    signature.unlink()
    signature.mkdir()
    assert "the file cannot be read" in _issues(bench)[0]
