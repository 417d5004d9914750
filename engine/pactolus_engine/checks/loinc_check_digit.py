"""LOINC codes whose check digit does not fit."""

from collections.abc import Callable, Iterator

from pactolus_engine.checks.check_digits import is_loinc
from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject

__all__ = ["codes_that_fail", "loinc_check_digit"]

_LOINC = "http://loinc.org"
_PARTS = ("LA", "LL", "LP", "LG", "MTHU")
"""Answers, lists of answers, parts and groups have numbers of their own, which are not looked at."""


def loinc_check_digit(subject: Subject) -> Iterator[Remark]:
    """LOINC codes that are not digits, a hyphen and the check digit that follows from them."""
    return codes_that_fail(subject, _LOINC, lambda code: code.startswith(_PARTS) or is_loinc(code))


def codes_that_fail(subject: Subject, system: str, is_good: Callable[[str], bool]) -> Iterator[Remark]:
    """A remark for each code of the system, in a code set or a request, that is no good."""
    advice = "look the code up: a digit is wrong or two are exchanged"
    pack = subject.pack
    for name, code_set in sorted(pack.code_sets.items()):
        for coding in code_set.codings:
            if coding.system == system and not is_good(coding.code):
                place = subject.whole.place_in("codes.yaml", name)
                message = f"the check digit of code `{coding.code}` in `{name}` does not fit"
                yield Remark("code-set", name, place, message, advice)
    for name, option in sorted(pack.options.items()):
        for request in option.requests:
            if request.coding and request.coding.system == system and not is_good(request.coding.code):
                message = f"the check digit of code `{request.coding.code}` in option `{name}` does not fit"
                yield Remark("option", name, option.place, message, advice)
