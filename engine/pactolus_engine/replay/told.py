"""What an answer tells of one rule: as a reason, as a caveat, as what blocks an option."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from pactolus_engine.decision import Caveat, Decision, Evidence, FactUsed, Reason

__all__ = ["Told", "told_by"]


@dataclass(slots=True)
class Told:
    """`words`: where it is told (`reason`, `caveat`, `block`) to its words; `evidence`: the sources named there.

    `truth`: of a reason, else empty. `facts`: as the reason shows them, by id.
    """

    truth: str = ""
    words: dict[str, tuple[object, ...]] = field(default_factory=dict)
    evidence: set[str] = field(default_factory=set)
    facts: dict[str, FactUsed] = field(default_factory=dict)

    def words_differ(self, other: "Told") -> bool:
        """Whether what both tell in one place is told in other words."""
        return any(
            self.words[place] != other.words[place] for place in self.words.keys() & other.words.keys()
        )


def told_by(decision: Decision) -> Mapping[str, Told]:
    """Everything that the decision, and the one that takes its place, tell of each rule."""
    told: defaultdict[str, Told] = defaultdict(Told)
    for one in (decision, *([decision.replacement] if decision.replacement else [])):
        for reason in one.reasons:
            _tell_reason(told[reason.rule], reason)
        for caveat in (*one.caveats, *(caveat for option in one.options for caveat in option.caveats)):
            _tell_caveat(told[caveat.rule], caveat)
        for blocked in one.blocked_options:
            told[blocked.rule].words["block"] = (blocked.text,)
    return told


def _tell_reason(told: Told, reason: Reason) -> None:
    words = (reason.title, reason.text, reason.evidence)
    told.truth = reason.truth
    told.words["reason"] = (*told.words.get("reason", ()), words)
    told.evidence |= _ids(reason.evidence)
    told.facts |= {used.fact: used for used in reason.facts}


def _tell_caveat(told: Told, caveat: Caveat) -> None:
    told.words["caveat"] = (caveat.text, caveat.evidence)
    told.evidence |= _ids(caveat.evidence)


def _ids(evidence: tuple[Evidence, ...]) -> set[str]:
    return {source.id for source in evidence}
