"""The operators: the mistakes that are tried, each with its code and what it does in a sentence."""

from types import MappingProxyType
from typing import Final

__all__ = ["OPERATORS"]

OPERATORS: Final = MappingProxyType(
    {
        "boundary": "a comparison takes in its limit, or no longer does: `below` and `at-most`, `at-least` and `above`",
        "turned": "a comparison looks the other way: `below` and `above`, `at-most` and `at-least`",
        "shift-up": "a constant or parameter is greater: by 1 if whole, else by 1 in its second digit",
        "shift-down": "a constant or parameter is less: by 1 if whole, else by 1 in its second digit",
        "all-any": "`all` becomes `any`, or `any` becomes `all`",
        "drop-part": "one part of `all` or `any` is gone",
        "negate": "`not` is put before a part",
        "un-negate": "`not` is taken away",
        "drop-code": "one code of `in`, or of a code set, is gone",
        "add-code": "one more value counts in `is` or `in`",
        "replace-code": "`is` names the next value of the fact",
        "drop-member": "one member of `is-set` is gone",
        "add-member": "one more member in `is-set`",
        "drop-status": "one of several statuses is gone",
        "replace-status": "`status` names the next one",
        "drop-rule": "the rule is gone",
        "effect": "the rule does another thing: `exclude` and `hold`, `hold` in place of `conflict`",
        "other-option": "another option is offered or blocked",
        "other-value": "another value is concluded",
        "caveat-options": "a caveat stands beside one option more, or one less",
        "absence": "what is not sent means something else: `required`, `optional` or an assumed value",
        "assumed-value": "another value is assumed",
        "several": "several readings become one value in another way",
        "drop-only": "`only` is gone: every reading counts",
        "drop-prefer": "one of `prefer` is gone",
        "swap-inputs": "the interval runs from the second date to the first",
        "sample-count": "`all-of-last` looks at one sample more, or one less",
        "days-apart": "samples must lie one day more apart, or one less",
        "drop-suspect": "`suspect-from` is gone",
        "drop-implies": "a code no longer settles a fact by itself",
    }
)
"""Code of an operator → what it does. A code never changes its meaning: stated survivors name it."""
