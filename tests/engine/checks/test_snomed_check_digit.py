"""The Verhoeff check digit of SNOMED CT."""

import pytest

from pactolus_engine.checks.check_digits import is_sctid
from tests.engine.checks.findings import said

# Concepts of SNOMED CT itself, as they stand in this repository's packs.
REAL = ["260373001", "396997002", "119297000", "109989006", "95210003", "709115004", "413587002", "22298006"]


@pytest.mark.parametrize("code", REAL)
def test_concepts_of_snomed_pass(code: str) -> None:
    assert is_sctid(code)


@pytest.mark.parametrize("code", REAL)
def test_any_other_digit_and_any_exchange_of_neighbours_fails(code: str) -> None:
    for place, digit in enumerate(code):
        for other in "0123456789":
            if digit != other:
                assert not is_sctid(code[:place] + other + code[place + 1 :])
    for place in range(len(code) - 1):
        if code[place] != code[place + 1]:
            assert not is_sctid(code[:place] + code[place + 1] + code[place] + code[place + 2 :])


@pytest.mark.parametrize("code", ["", "12345", "0260373001", "26037300x", "2603730010000000000"])
def test_what_has_another_form_fails(code: str) -> None:
    assert not is_sctid(code)


def test_a_mistyped_code_is_told() -> None:
    assert said("snomed-check-digit", ("codes.yaml", "260373001", "260337001")) == [
        "code-set detected: the check digit of code `260337001` in `detected` does not fit"
    ]
    assert said("snomed-check-digit") == []
