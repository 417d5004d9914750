"""The digest names a pack: anything that changes the pack changes it, and nothing else does."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pactolus_engine.pack.digest import pack_digest
from pactolus_engine.pack.read import read_pack
from tests.engine.pack.minimal import OVERLAY, changed, minimal_files, switched_files

FILES = st.dictionaries(st.text(max_size=4), st.binary(max_size=4), max_size=3)


@given(FILES, FILES)
def test_two_sets_of_files_have_one_digest_only_when_they_are_equal(
    one: dict[str, bytes], other: dict[str, bytes]
) -> None:
    assert (pack_digest(one, {}) == pack_digest(other, {})) == (one == other)


def test_names_and_contents_do_not_run_into_each_other() -> None:
    digests = {
        pack_digest({"a": b"bc"}, {}),
        pack_digest({"ab": b"c"}, {}),
        pack_digest({"a": b"b", "c": b""}, {}),
    }
    assert len(digests) == 3


def test_the_order_of_files_does_not_matter() -> None:
    files = minimal_files()
    backwards = dict(reversed(files.items()))
    assert read_pack("m", files) == read_pack("m", backwards)
    assert read_pack("m", files).digest == read_pack("m", backwards).digest


def test_a_comment_a_case_a_parameter_and_an_overlay_change_the_digest() -> None:
    files = minimal_files()
    digests = [
        read_pack("m", files).digest,
        read_pack("m", files | {"README.md": b"changed"}).digest,
        read_pack("m", files | {"cases/bundle.json": b"{}"}).digest,
        read_pack("m", changed(("parameters.yaml", "default: 6", "default: 5"))).digest,
        read_pack("m", switched_files(), overlay=("o.yaml", OVERLAY)).digest,
        read_pack("m", switched_files(), overlay=("o.yaml", OVERLAY + b"# why\n")).digest,
    ]
    assert len(set(digests)) == 6


def test_the_name_of_an_overlay_does_not_count() -> None:
    one, other = (read_pack("m", switched_files(), overlay=(name, OVERLAY)) for name in ("a", "b"))
    assert one.digest == other.digest


@given(FILES, st.binary(max_size=4))
def test_an_empty_overlay_is_not_the_same_as_none(files: dict[str, bytes], overlay: bytes) -> None:
    assert pack_digest(files, {}, overlay) != pack_digest(files, {})
    assert (pack_digest(files, {}, overlay) == pack_digest(files, {}, b"")) == (overlay == b"")


def test_a_parameter_counts_by_its_value() -> None:
    written = [Decimal(text) for text in ("0.00001", "1e-5", "1.0e-5", "10E-6")]
    assert len({pack_digest({}, {"p": number}) for number in written}) == 1
    assert pack_digest({}, {"p": Decimal("1e-5")}) != pack_digest({}, {"p": Decimal("1e-6")})


def test_the_digest_is_pinned() -> None:
    """Records made today must still name this pack in years."""
    assert (
        pack_digest({"a": b"x", "b": b""}, {"p": Decimal(6)})
        == "2c9ef5166a5dc63a324cae05000e79b4a661dec9f7b07ecc347c0f015ed9b37e"
    )
