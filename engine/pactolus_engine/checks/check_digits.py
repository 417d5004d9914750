"""Check digits of codes: Mod 10 of LOINC, Verhoeff's of SNOMED CT.

Sources: LOINC Users' Guide, appendix on the Mod 10 check digit; SNOMED International, Release File
Specifications, SCTID check digit (Verhoeff's dihedral method).
"""

from typing import Final

__all__ = ["is_loinc", "is_sctid"]

_PERMUTED: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
"""Verhoeff's permutation; it is applied once more at each place to the left."""


def is_loinc(code: str) -> bool:
    """Digits, a hyphen, and the check digit that follows from them (Luhn's Mod 10)."""
    number, hyphen, check = code.partition("-")
    if not hyphen or not (number + check).isascii() or not number.isdigit() or not check.isdigit():
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * 2 if place % 2 == 0 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled
    return len(check) == 1 and (10 - total % 10) % 10 == int(check)


def is_sctid(code: str) -> bool:
    """6 to 18 digits that do not begin with 0, the last of which is Verhoeff's check digit of the others."""
    if not (code.isascii() and code.isdigit() and 6 <= len(code) <= 18) or code[0] == "0":
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = _in_dihedral_group(check, _permuted(int(digit), place))
    return check == 0


def _permuted(digit: int, times: int) -> int:
    for _ in range(times % 8):
        digit = _PERMUTED[digit]
    return digit


def _in_dihedral_group(one: int, other: int) -> int:
    """The product in the symmetries of a pentagon: 0 to 4 are turns, 5 to 9 reflections."""
    turn = (one + other) % 5 if one < 5 else (one - other) % 5
    return turn if (one < 5) == (other < 5) else turn + 5
