"""Sentences that stand in more than one place of the output: notes, narrative, messages.

The words of rules come from the pack; here is only what joins them. Nothing here says that an
option is better, recommended or to be done.
"""

from collections.abc import Mapping
from types import MappingProxyType

from pactolus_engine.decision import (
    Assumption,
    BlockedOption,
    Decision,
    Evidence,
    Missing,
    Outcome,
    PossibleOutcome,
    Reason,
)
from pactolus_engine.pack.model import Pack
from pactolus_engine.pack.sign_off import overlay_sign_off, pack_sign_off
from pactolus_engine.unsigned import approver, unsigned

__all__ = [
    "NO_DOSE",
    "OUTCOME_MEANS",
    "SUGGESTION",
    "approval",
    "assumption_line",
    "blocked_line",
    "caveat_lines",
    "completion_lines",
    "evidence_line",
    "link_of",
    "missing_line",
    "not_checked_lines",
    "option_title",
    "reason_line",
    "truth_words",
]

SUGGESTION = "A suggestion for professionals, not an order."
NO_DOSE = "Doses, schedule and dates by local protocol; none is suggested here."

OUTCOME_MEANS: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.OFFER: "The options below are covered by the evidence named beside them. "
        "They stand side by side, in no order of preference; it may be that none of them is right for this patient.",
        Outcome.NEED_DATA: "The answer depends on facts that are not known. No option is offered yet.",
        Outcome.HOLD: "Wait: no answer is given now, for the reasons below.",
        Outcome.OUT_OF_SCOPE: "The evidence of this rule pack does not cover this case, "
        "for the reasons below. No option is offered.",
        Outcome.CONFLICT: "The data contradict each other or cannot be read. A person must look at them "
        "before any use of this rule pack.",
        Outcome.CONCLUDED: "The findings of the rule pack are below. It offers no options.",
        Outcome.RETRACT: "An earlier suggestion rests on a result that was withdrawn or changed.",
    }
)


def approval(pack: Pack) -> str:
    """Who has approved the pack and the site's overlay for clinical use, and what nobody has."""
    signed = [("Rule pack", pack_sign_off(pack))]
    if pack.overlay is not None:
        signed.append(("Overlay of the site", overlay_sign_off(pack)))
    lines = [
        f"{what} approved by {', '.join(map(approver, found.standing))}."
        for what, found in signed
        if found.is_approved
    ]
    return " ".join([*lines, *(f"{caveat.text[0].upper()}{caveat.text[1:]}." for caveat in unsigned(pack))])


def truth_words(reason: Reason) -> str:
    """How the rule came out, in words."""
    return "applies" if reason.truth == "true" else "may apply, not known"


def reason_line(reason: Reason) -> str:
    """A rule that bears on the outcome, as one paragraph."""
    return f"{reason.title} ({truth_words(reason)}; rule {reason.rule}): {reason.text}"


def assumption_line(assumption: Assumption) -> str:
    """A fact that was taken as stated because nobody sent it."""
    return f"Assumed, {assumption.fact} = {assumption.value}: {assumption.text}"


def not_checked_lines(decision: Decision) -> list[str]:
    """The rules that are off, by what they wait for: nobody may believe that they were checked."""
    waiting: dict[str, list[str]] = {}
    for rule in decision.trace.rules_off:
        waiting.setdefault(", ".join(rule.parameters), []).append(rule.title)
    return [
        f"Not checked, because this site has not set {names}: {'; '.join(dict.fromkeys(titles))}."
        for names, titles in sorted(waiting.items())
    ]


def missing_line(missing: Missing) -> str:
    """A fact that is needed, why it is unknown and how to send it."""
    supply = f" To supply it: {missing.supply}" if missing.supply.strip() else ""
    return f"Missing, {missing.title} ({missing.fact}): {missing.reason}.{supply}"


def blocked_line(blocked: BlockedOption, pack: Pack) -> str:
    """An option that is not offered, and why."""
    return f"Not offered, {option_title(blocked.option, pack)}: {blocked.text}"


def caveat_lines(decision: Decision) -> list[str]:
    """Every caveat, once, with the options it stands beside unless it stands beside all.

    Where options are offered, a caveat on an option that is not offered is left out: it would speak
    of nothing that the reader sees.
    """
    if not decision.options:
        return [f"Caveat: {caveat.text}" for caveat in decision.caveats]
    beside: dict[str, list[str]] = {}
    for option in decision.options:
        for caveat in option.caveats:
            beside.setdefault(caveat.text, []).append(option.title)
    return [f"Caveat{_for(titles, decision)}: {text}" for text, titles in beside.items()]


def completion_lines(decision: Decision, pack: Pack) -> list[str]:
    """Which facts would settle the answer, and which answers are still possible."""
    lines = [f"Would settle it: {', '.join(facts)}." for facts in decision.minimal_missing_sets]
    lines.extend(f"Still possible: {_possible(one, pack)}." for one in decision.possible_outcomes)
    if not decision.possible_outcomes_complete:
        lines.append("The search for what is still possible met its bound: there may be more than is listed.")
    return lines


def evidence_line(evidence: Evidence) -> str:
    """Statement and citation of a source."""
    where = f" {link_of(evidence)}" if link_of(evidence) else ""
    return f"{evidence.statement} ({evidence.citation}{where})"


def link_of(evidence: Evidence) -> str:
    """The address of a source: its DOI where it has one."""
    return f"https://doi.org/{evidence.doi}" if evidence.doi else evidence.url


def option_title(option: str, pack: Pack) -> str:
    """The title of an option, or its id where the pack does not know it."""
    known = pack.options.get(option)
    return known.title if known else option


def _for(titles: list[str], decision: Decision) -> str:
    return "" if len(titles) == len(decision.options) else f" for {' and '.join(titles)}"


def _possible(possible: PossibleOutcome, pack: Pack) -> str:
    titles = ", ".join(option_title(option, pack) for option in possible.options)
    return f"{possible.outcome.value} ({titles})" if titles else possible.outcome.value
