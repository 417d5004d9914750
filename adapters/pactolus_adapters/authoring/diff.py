"""Two versions of a pack side by side: regions where they answer otherwise, each with a witness as FHIR."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.authoring.prove import bundle_of
from pactolus_adapters.authoring.witness_folder import made_folder, write_witness
from pactolus_adapters.fhir.read import Limits, read
from pactolus_adapters.settings import Settings
from pactolus_engine.changes.nearest import answer_of
from pactolus_engine.completions import Skeleton
from pactolus_engine.differences.compare import Comparison, Difference, RuleDifference, compare
from pactolus_engine.differences.listed import Change
from pactolus_engine.evaluate import evaluate
from pactolus_engine.pack.model import Pack
from pactolus_engine.ports import Matcher
from pactolus_engine.proof.patient import Patient, Statement
from pactolus_engine.show import show_value

__all__ = ["Pair", "Sent", "comparison_json", "statement_words"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A witness as FHIR. `answers`: what the two packs answer to the Bundle itself; none where `not_carried`
    says why there is no Bundle. `file`: where it was written."""

    bundle: bytes
    not_carried: str
    answers: tuple[Skeleton, ...]
    file: Path | None = None

    @property
    def differs(self) -> bool:
        """The Bundle shows the difference."""
        return len(set(self.answers)) > 1


@dataclass(frozen=True, slots=True)
class Pair:
    """The two packs that are compared, the old one first, and the engine that both are asked with."""

    old: Draft
    new: Draft
    matcher: Matcher

    def compare(self, maximum: int, effort: int) -> Comparison:
        """Compares the packs as their folders say, without overlays; see `compare` of the core."""
        old, new = self.old.compiled, self.new.compiled
        return compare(old, new, self.matcher, maximum, effort, lambda patient: self.sent(patient).differs)

    def sent(self, patient: Patient) -> Sent:
        """The patient as a Bundle, evaluated under both packs as it would be sent."""
        bundle, reason = bundle_of(self._speaking, _known_to(self._speaking, patient))
        drafts = (self.old, self.new) if bundle else ()
        return Sent(bundle, reason, tuple(self._answer(draft, bundle, patient) for draft in drafts))

    @property
    def _speaking(self) -> Pack:
        """The pack by whose codes a patient is written: the one that knows more facts, else the old one."""
        old, new = self.old.pack, self.new.pack
        return new if new.facts.keys() > old.facts.keys() else old

    def _answer(self, draft: Draft, bundle: bytes, patient: Patient) -> Skeleton:
        settings = Settings()
        limits = Limits(settings.resource_bytes, settings.request_bytes)
        facts = read((bundle,), b"", "", draft.pack, local_base=settings.code_systems, limits=limits)
        return answer_of(evaluate(facts, draft.compiled, patient.instant, self.matcher), draft.compiled)

    def write_witnesses(self, comparison: Comparison, folder: Path) -> list[Sent]:
        """Writes `witness-01.json` and so on into the folder, one for each region, in their order."""
        made_folder(folder)
        written = []
        for number, difference in enumerate(comparison.answers, start=1):
            sent = self.sent(difference.witness.patient)
            file = folder / f"witness-{number:02}.json"
            if sent.bundle:
                write_witness(file, sent.bundle)
            written.append(replace(sent, file=file if sent.bundle else None))
        return written


def _known_to(pack: Pack, patient: Patient) -> Patient:
    return patient.without(one for one in patient.statements if one.fact not in pack.facts)


def statement_words(statement: Statement, pack: Pack) -> str:
    """One thing that is said of a witness: `mrd 3e-5`, `mrd (not-final)`."""
    fact = pack.facts[statement.fact]
    if statement.value is None:
        return f"{statement.fact} ({statement.standing})"
    return f"{statement.fact} {show_value(statement.value, fact)}"


def comparison_json(comparison: Comparison, pair: Pair, sent: list[Sent]) -> dict[str, Any]:
    """The comparison for machines; `sent`: the witnesses as FHIR, in the order of the regions, or none."""
    listed = comparison.listed
    return {
        "old": _identity(pair.old.pack),
        "new": _identity(pair.new.pack),
        "same": comparison.is_same,
        "whole": comparison.is_whole,
        "notShown": comparison.not_shown,
        "changedRules": list(comparison.moved),
        "answers": [
            _difference(one, pair, sent[place] if sent else None)
            for place, one in enumerate(comparison.answers)
        ],
        "findingsAndCaveats": list(map(_rule_difference, comparison.beside)),
        "facts": list(map(_change, listed.facts)),
        "codesAndParameters": list(map(_change, listed.acting)),
        "texts": list(map(_change, listed.texts)),
    }


def _identity(pack: Pack) -> dict[str, str]:
    return {"id": pack.id, "version": pack.version, "digest": pack.digest}


def _difference(one: Difference, pair: Pair, sent: Sent | None) -> dict[str, Any]:
    known = {**pair.new.pack.facts, **pair.old.pack.facts}
    statements = [
        {
            "fact": each.fact,
            "value": "" if each.value is None else show_value(each.value, known[each.fact]),
            "standing": each.standing.value,
        }
        for each in one.witness.patient.statements
    ]
    return {
        "where": _where(one.where),
        "unchangedRules": list(one.beside),
        "openFact": one.open_fact,
        "before": _answer(one.before),
        "after": _answer(one.after),
        "witness": {
            "at": one.witness.patient.instant.isoformat(),
            "statements": statements,
            **({} if sent is None else _sent(sent)),
        },
    }


def _sent(sent: Sent) -> dict[str, Any]:
    if not sent.bundle:
        return {"notCarried": sent.not_carried}
    before, after = sent.answers
    return {
        "before": _answer(before),
        "after": _answer(after),
        "differs": sent.differs,
        "file": str(sent.file or ""),
        "bundle": json.loads(sent.bundle, parse_float=str),
    }


def _rule_difference(one: RuleDifference) -> dict[str, Any]:
    return {"rule": one.rule, "where": _where(one.where), "comes": one.is_new}


def _where(where: tuple[tuple[str, str, str], ...]) -> list[Mapping[str, str]]:
    return [{"fact": fact, "title": title, "in": words} for fact, title, words in where]


def _answer(answer: Skeleton) -> dict[str, Any]:
    conclusions = dict(answer.conclusions)
    return {"outcome": answer.outcome.value, "options": list(answer.options), "conclusions": conclusions}


def _change(change: Change) -> dict[str, str]:
    return {"what": change.what, "how": change.how}
