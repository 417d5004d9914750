"""The Mod 10 check digit of LOINC."""

import pytest

from pactolus_engine.checks.check_digits import is_loinc
from tests.engine.checks.findings import said

# Codes of LOINC itself, as they stand in this repository's packs.
REAL = ["93021-4", "38257-2", "88040-1", "21777-8", "21801-6", "10230-1", "8806-2", "18043-0", "2164-2"]


@pytest.mark.parametrize("code", REAL)
def test_codes_of_loinc_pass(code: str) -> None:
    assert is_loinc(code)


@pytest.mark.parametrize("code", REAL)
def test_any_other_digit_fails(code: str) -> None:
    for place, digit in enumerate(code):
        for other in "0123456789":
            if digit not in {"-", other}:
                assert not is_loinc(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize("code", ["", "-", "93021", "93021-", "93021-44", "x-4", "93021-4 ", "\u0661-1"])
def test_what_has_another_form_fails(code: str) -> None:
    assert not is_loinc(code)


def test_a_mistyped_code_is_told() -> None:
    assert said("loinc-check-digit", ("codes.yaml", "93021-4", "93012-4")) == [
        "code-set mrd-result: the check digit of code `93012-4` in `mrd-result` does not fit"
    ]


def test_answers_and_other_systems_are_not_looked_at() -> None:
    assert said("loinc-check-digit") == []
    assert said("loinc-check-digit", ("codes.yaml", "93021-4", "LA6577-5")) == []


def test_the_code_of_a_request_is_looked_at() -> None:
    change = ("options.yaml", '"http://www.whocc.no/atc", code: L01FC02', '"http://loinc.org", code: 1-1')
    assert said("loinc-check-digit", change) == [
        "option go-on: the check digit of code `1-1` in option `go-on` does not fit"
    ]
