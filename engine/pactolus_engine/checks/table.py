"""The checks: one table of code, name, severity, function and page. Codes are stable: never renamed, never reused."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pactolus_engine.checks.confusable_ids import confusable_ids
from pactolus_engine.checks.constant_conditions import constant_conditions
from pactolus_engine.checks.dead_parts import dead_parts
from pactolus_engine.checks.default_at_edge import default_at_edge
from pactolus_engine.checks.duplicate_rules import duplicate_rules
from pactolus_engine.checks.empty_words import empty_words
from pactolus_engine.checks.evidence_without_address import evidence_without_address
from pactolus_engine.checks.finding import Remark, Severity
from pactolus_engine.checks.loinc_check_digit import loinc_check_digit
from pactolus_engine.checks.optional_without_caveat import optional_without_caveat
from pactolus_engine.checks.review_date_near import review_date_near
from pactolus_engine.checks.review_date_passed import review_date_passed
from pactolus_engine.checks.rules_without_case import rules_without_case
from pactolus_engine.checks.snomed_check_digit import snomed_check_digit
from pactolus_engine.checks.subject import Subject
from pactolus_engine.checks.unreachable_text import unreachable_text
from pactolus_engine.checks.unused_code_sets import unused_code_sets
from pactolus_engine.checks.unused_definitions import unused_definitions
from pactolus_engine.checks.unused_evidence import unused_evidence
from pactolus_engine.checks.unused_facts import unused_facts
from pactolus_engine.checks.unused_options import unused_options
from pactolus_engine.checks.unused_parameters import unused_parameters
from pactolus_engine.checks.written_threshold import written_threshold

__all__ = ["CHECKS", "FAMILY", "IDLE_WAIVER", "REFUSED", "Check", "Rubric"]

FAMILY = "C"
"""The first letter of every code here."""


@dataclass(frozen=True, slots=True)
class Rubric:
    """What every finding of one check has in common. Its page is `docs/checks/<name>.md`."""

    code: str
    name: str
    severity: Severity
    says: str

    @property
    def page(self) -> str:
        """The page of the check, from the root of the repository."""
        return f"docs/checks/{self.name}.md"


@dataclass(frozen=True, slots=True)
class Check:
    """A rubric with the function that finds."""

    rubric: Rubric
    find: Callable[[Subject], Iterable[Remark]]


def _check(
    code: str, name: str, severity: Severity, find: Callable[[Subject], Iterable[Remark]], says: str
) -> Check:
    return Check(Rubric(code, name, severity, says), find)


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

REFUSED = Rubric("C001", "refused", _E, "The loader refuses the pack.")
IDLE_WAIVER = Rubric("C002", "idle-waiver", _W, "A waiver lets nothing stand.")

CHECKS: tuple[Check, ...] = (
    _check("C101", "unused-facts", _W, unused_facts, "Nothing looks at a fact."),
    _check("C102", "unused-code-sets", _W, unused_code_sets, "No fact is read by a code set."),
    _check("C103", "unused-parameters", _W, unused_parameters, "A parameter changes nothing."),
    _check("C104", "unused-options", _W, unused_options, "An option is never offered."),
    _check("C105", "unused-definitions", _W, unused_definitions, "No condition uses a definition."),
    _check("C106", "unused-evidence", _I, unused_evidence, "Nothing rests on a source."),
    _check("C201", "review-date-passed", _E, review_date_passed, "Every answer is HOLD by now."),
    _check("C202", "review-date-near", _I, review_date_near, "The review date is near."),
    _check("C301", "confusable-ids", _W, confusable_ids, "Two ids are easily taken for each other."),
    _check("C401", "loinc-check-digit", _W, loinc_check_digit, "A LOINC code is mistyped."),
    _check("C402", "snomed-check-digit", _W, snomed_check_digit, "A SNOMED CT code is mistyped."),
    _check("C501", "default-at-edge", _I, default_at_edge, "A default lies at the edge of its range."),
    _check("C502", "written-threshold", _W, written_threshold, "A number repeats a parameter."),
    _check(
        "C601", "optional-without-caveat", _W, optional_without_caveat, "Nothing is said of an absent fact."
    ),
    _check("C602", "duplicate-rules", _W, duplicate_rules, "Two rules say the same."),
    _check(
        "C603", "constant-conditions", _E, constant_conditions, "A condition is never true, or never false."
    ),
    _check("C604", "dead-parts", _W, dead_parts, "A part of a condition is never true."),
    _check("C605", "unreachable-text", _W, unreachable_text, "A text is about an option never offered."),
    _check("C701", "empty-words", _W, empty_words, "A text says nothing."),
    _check("C702", "evidence-without-address", _I, evidence_without_address, "A source cannot be opened."),
    _check("C801", "rules-without-case", _W, rules_without_case, "No case names a rule."),
)
