"""Trust policies: the example of the specification, what is refused and where, and what makes a quorum."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.tlog.checkpoint import Checkpoint, sign_checkpoint
from pactolus_adapters.tlog.cosignature import Cosigner, add_cosignature, cosignature_line
from pactolus_adapters.tlog.errors import PolicyInvalid, SignatureInvalid
from pactolus_adapters.tlog.policy import Policy, cosigned_by, meets, read_policy
from tests.adapters.tlog.material import LOG, LOG_KEY, ORIGIN, OTHER, accepts, damaged

_WITNESSES = [Cosigner(f"witness.example/{number}", bytes([number + 10]) * 32) for number in range(6)]
_KEYS = [one.verifier_key for one in _WITNESSES]
_NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")

EXAMPLE = f"""\
# The example of the specification, with keys.
log {LOG.verifier_key}

witness X1 {_KEYS[0]}
witness X2 {_KEYS[1]}
\twitness   X3 {_KEYS[2]}\t
group X-witnesses 2 X1 X2 X3

witness Y1 {_KEYS[3]} https://witness.example/y1
witness Y2 {_KEYS[4]}
witness Y3 {_KEYS[5]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def _policy(text: str) -> Policy:
    return read_policy(text.encode(), "policy")


def _note(signers: Iterable[Cosigner]) -> bytes:
    note = sign_checkpoint(Checkpoint(ORIGIN, 3, b"r" * 32), LOG)
    for signer in signers:
        note = add_cosignature(note, cosignature_line(note, signer, 1_700_000_000))
    return note


def _definition(names: set[str]) -> bool:
    """The quorum of the example, said once more."""
    return len(names & {"X1", "X2", "X3"}) >= 2 and bool(names & {"Y1", "Y2", "Y3"})


def test_the_example_of_the_specification_is_read() -> None:
    policy = _policy(EXAMPLE)
    assert [log.key for log in policy.logs] == [LOG_KEY]
    assert tuple(one.name for one in policy.witnesses) == _NAMES
    assert [one.key.text for one in policy.witnesses] == _KEYS
    assert [one.url for one in policy.witnesses if one.url] == ["https://witness.example/y1"]
    assert [(one.name, one.threshold) for one in policy.groups] == [
        ("X-witnesses", 2),
        ("Y-witnesses", 1),
        ("X-and-Y", 2),
    ]


@given(st.sets(st.sampled_from(_NAMES)))
def test_the_quorum_is_what_the_groups_say(names: set[str]) -> None:
    policy = _policy(EXAMPLE)
    note = _note(signer for name, signer in zip(_NAMES, _WITNESSES, strict=True) if name in names)
    assert cosigned_by(policy, note) == tuple(name for name in _NAMES if name in names)
    assert meets(policy, note) is _definition(names)


def test_no_quorum_asks_for_no_witness_but_for_the_log() -> None:
    policy = _policy(f"log {LOG.verifier_key}\nquorum none\n")
    assert meets(policy, _note(()))
    stranger = sign_checkpoint(Checkpoint(OTHER.name, 3, b"r" * 32), OTHER)
    with pytest.raises(SignatureInvalid):
        meets(policy, stranger)


def test_a_policy_without_logs_takes_the_log_that_its_user_trusts() -> None:
    policy = _policy(f"witness W {_KEYS[0]}\nquorum W\n")
    assert meets(policy, _note(_WITNESSES[:1]), [LOG_KEY])
    assert not meets(policy, _note(_WITNESSES[1:]), [LOG_KEY])
    with pytest.raises(SignatureInvalid):
        meets(policy, _note(_WITNESSES[:1]))


def test_a_false_cosignature_of_a_witness_is_no_vote() -> None:
    policy = _policy(f"witness W {_KEYS[0]}\nquorum W\n")
    other = sign_checkpoint(Checkpoint(ORIGIN, 4, b"s" * 32), LOG)
    lifted = add_cosignature(_note(()), cosignature_line(other, _WITNESSES[0], 1_700_000_000))
    with pytest.raises(SignatureInvalid):
        meets(policy, lifted, [LOG_KEY])


_W = f"witness W {_KEYS[0]}\n"
REFUSED = [
    ("", [(1, 1, "no `quorum` line")]),
    ("quorum none", [(1, 12, "has no newline")]),
    ("quorum none\nquorum none\n", [(2, 1, "a second `quorum` line")]),
    ("quorum W\n" + _W, [(1, 8, "`W` is no witness")]),
    ("witnesses W\nquorum none\n", [(1, 1, "unknown word `witnesses`")]),
    ("Quorum none\nquorum none\n", [(1, 1, "unknown word `Quorum`")]),
    ("log\nquorum none\n", [(1, 1, "0 words after `log`")]),
    ("witness W\nquorum\n", [(1, 1, "1 words"), (2, 1, "0 words"), (3, 1, "no `quorum` line")]),
    (f"witness none {_KEYS[0]}\nquorum none\n", [(1, 9, "`none` is the name of no witness")]),
    (_W + f"witness W {_KEYS[1]}\nquorum W\n", [(2, 9, "has its name from line 1")]),
    (_W + f"witness V {_KEYS[0]}\nquorum W\n", [(2, 11, "the same key as in line 1")]),
    (f"witness W {LOG.verifier_key}\nquorum W\n", [(1, 11, "a key of type 0x01, expected 0x04")]),
    (f"log {_KEYS[0]}\nquorum none\n", [(1, 5, "a key of type 0x04, expected 0x01")]),
    (f"log {_KEYS[0][:-3]}\nquorum none\n", [(1, 5, "verifier key")]),
    (f"log {LOG.verifier_key} u v\nquorum none\n", [(1, 1, "3 words after `log`")]),
    (_W + "group G 2 W\nquorum G\n", [(2, 9, "`2` of 1")]),
    (_W + "group G 0 W\nquorum G\n", [(2, 9, "`0` of 1")]),
    (_W + "group G 01 W\nquorum G\n", [(2, 9, "`01` of 1")]),
    (_W + "group G any\nquorum G\n", [(2, 1, "2 words"), (3, 8, "`G` is no witness")]),
    (_W + "group G any G\nquorum W\n", [(2, 13, "`G` is no witness")]),
    (_W + "group G any none\nquorum W\n", [(2, 13, "`none` is no witness")]),
    (_W + "group G any W W\nquorum G\n", [(2, 15, "is a member already")]),
    (_W + "group G any W\ngroup H any W\nquorum G\n", [(3, 13, "of `G`")]),
    ("quorum none\n#\x0b\n", [(2, 2, "a control character")]),
    ("quorum none\r\n", [(1, 12, "a control character"), (2, 1, "no `quorum` line")]),
]


@pytest.mark.parametrize(("text", "expected"), REFUSED)
def test_every_mistake_is_told_with_its_place(text: str, expected: list[tuple[int, int, str]]) -> None:
    with pytest.raises(PolicyInvalid) as caught:
        _policy(text)
    assert [(one.line, one.column) for one in caught.value.issues] == [place[:2] for place in expected]
    for issue, (line, column, words) in zip(caught.value.issues, expected, strict=True):
        assert words in str(issue)
        assert str(issue).startswith(f"policy:{line}:{column}: ")


def test_names_outside_ascii_are_opaque() -> None:
    kelvin = b"witness \xe2\x84\xaa %b\nquorum K\n" % _KEYS[0].encode()
    with pytest.raises(PolicyInvalid, match="`K` is no witness"):
        read_policy(kelvin, "policy")
    assert read_policy(b"witness \xff %b\nquorum \xff\n" % _KEYS[0].encode(), "policy").witnesses
    with pytest.raises(PolicyInvalid, match="\N{REPLACEMENT CHARACTER}"):
        read_policy(b"quorum \xff\n", "policy")


def test_a_policy_of_32_of_each_is_read() -> None:
    signers = [Cosigner(f"w{number}", bytes([number + 1]) * 32) for number in range(32)]
    lines = [f"witness w{number} {one.verifier_key}" for number, one in enumerate(signers)]
    groups = [f"group g{number} any {f'g{number - 1}' if number else 'w0'}" for number in range(32)]
    policy = _policy("\n".join([*lines, *groups, "quorum g31", ""]))
    assert policy.is_met_by(["w0"])
    assert not policy.is_met_by(["w1"])


@given(st.binary(max_size=200) | damaged(EXAMPLE.encode()))
def test_any_bytes_are_read_or_refused_by_name(content: bytes) -> None:
    accepts(read_policy, content, "policy")
