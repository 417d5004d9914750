"""Why a payload cannot be read, and whose word it is that it was removed."""

import pytest

from pactolus_adapters.trail.unreadable import class_of_unreadable, is_removed_by
from pactolus_engine.errors import (
    AuditUnavailable,
    PactolusError,
    RecordAltered,
    RecordGone,
    RecordUnknownForm,
)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (RecordGone("gone"), "erased"),
        (RecordAltered("altered"), "tampered"),
        (RecordUnknownForm("later"), "error"),
        (AuditUnavailable("the disk is full"), None),
    ],
)
def test_an_error_tells_what_became_of_the_record_or_nothing_of_it(
    error: PactolusError, word: str | None
) -> None:
    assert class_of_unreadable(error) == word


@pytest.mark.parametrize(
    ("claim", "by", "is_removed"),
    [
        ({"destroyed_key_id": "key-1"}, 9, True),
        ({"destroyed_key_id": "key-2"}, 9, False),
        ({"destroyed_key_id": "key-1"}, 5, False),
        ({"destroyed_key_id": "key-1"}, 4, False),
        ({"pruned_before": "6"}, 9, True),
        ({"pruned_before": "5"}, 9, False),
        ({"pruned_before": "6"}, 5, False),
        ({"pruned_before": "six"}, 9, False),
        ({}, 9, False),
    ],
)
def test_a_later_record_removes_what_it_names(claim: dict[str, str], by: int, is_removed: bool) -> None:
    assert is_removed_by(5, "key-1", by, claim) is is_removed


def test_a_record_under_no_key_is_not_removed_with_one() -> None:
    assert not is_removed_by(5, "", 9, {"destroyed_key_id": ""})
