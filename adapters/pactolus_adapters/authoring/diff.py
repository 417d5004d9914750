"""Two versions of a pack side by side: regions where they answer otherwise, each with a witness as FHIR."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.fhir.compose import NotCarried, Stated, compose_bundle
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

__all__ = ["Sent", "compare_drafts", "comparison_json", "sent_witness", "statement_words", "write_witnesses"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A witness as FHIR. `left_out`: facts that FHIR does not carry. `before`, `after`: what the two packs
    answer to the Bundle itself. `file`: where it was written."""

    bundle: bytes
    instant: datetime
    left_out: tuple[str, ...]
    before: Skeleton
    after: Skeleton
    file: Path | None = None

    @property
    def differs(self) -> bool:
        """The Bundle shows the difference."""
        return self.before != self.after


def compare_drafts(old: Draft, new: Draft, matcher: Matcher, maximum: int, effort: int) -> Comparison:
    """Compares the packs of two drafts as their folders say, without overlays."""
    return compare(old.compiled, new.compiled, matcher, maximum, effort)


def sent_witness(difference: Difference, old: Draft, new: Draft, matcher: Matcher) -> Sent:
    """The witness of a difference as a Bundle, evaluated under both packs as it would be sent."""
    patient, settings = difference.witness.patient, Settings()
    pack = _knowing_all(old.pack, new.pack)
    bundle, left_out = _composed(pack, patient, settings.code_systems)
    answers = []
    for draft in (old, new):
        facts = read(
            (bundle,),
            b"",
            "",
            draft.pack,
            local_base=settings.code_systems,
            limits=Limits(settings.resource_bytes, settings.request_bytes),
        )
        answers.append(answer_of(evaluate(facts, draft.compiled, patient.instant, matcher), draft.compiled))
    return Sent(bundle, patient.instant, left_out, answers[0], answers[1])


def _knowing_all(old: Pack, new: Pack) -> Pack:
    """The pack by whose codes the witness is written: the one that knows more facts, the old one if in doubt."""
    return new if new.facts.keys() > old.facts.keys() else old


def _composed(pack: Pack, patient: Patient, local_base: str) -> tuple[bytes, tuple[str, ...]]:
    """The Bundle, and the facts that FHIR does not carry, which are left out with those `of` them."""
    statements = [one for one in patient.statements if one.fact in pack.facts]
    left_out = [one.fact for one in patient.statements if one.fact not in pack.facts]
    while True:
        try:
            return compose_bundle(pack, _groups(statements), local_base=local_base), tuple(left_out)
        except NotCarried as refusal:
            gone = {one.fact for one in statements if refusal.fact in {one.fact, pack.facts[one.fact].of}}
            if not gone:
                raise
            left_out += sorted(gone)
            statements = [one for one in statements if one.fact not in gone]


def _groups(statements: list[Statement]) -> list[dict[str, Stated]]:
    """The first samples together, and every second sample that disagrees apart."""
    samples = sorted({one.sample for one in statements})
    return [
        {one.fact: Stated(one.value, one.standing) for one in statements if one.sample == sample}
        for sample in samples
    ]


def write_witnesses(
    comparison: Comparison, old: Draft, new: Draft, matcher: Matcher, folder: Path
) -> Iterator[Sent]:
    """Writes `witness-01.json` and so on into the folder, one for each region, in their order."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, difference in enumerate(comparison.answers, start=1):
        sent = sent_witness(difference, old, new, matcher)
        file = folder / f"witness-{number:02}.json"
        file.write_bytes(sent.bundle)
        yield Sent(sent.bundle, sent.instant, sent.left_out, sent.before, sent.after, file)


def statement_words(statement: Statement, pack: Pack) -> str:
    """One thing that is said of a witness: `mrd 3e-5`, `mrd (not-final)`."""
    fact = pack.facts[statement.fact]
    if statement.value is None:
        return f"{statement.fact} ({statement.standing})"
    return f"{statement.fact} {show_value(statement.value, fact)}"


def comparison_json(comparison: Comparison, old: Draft, new: Draft, sent: list[Sent]) -> dict[str, Any]:
    """The comparison for machines; `sent`: the witnesses as FHIR, in the order of the regions, or none."""
    listed = comparison.listed
    return {
        "old": _identity(old.pack),
        "new": _identity(new.pack),
        "same": comparison.is_same,
        "whole": comparison.is_whole,
        "notShown": comparison.not_shown,
        "changedRules": list(comparison.moved),
        "answers": [
            _difference(one, old, new, sent[place] if sent else None)
            for place, one in enumerate(comparison.answers)
        ],
        "findingsAndCaveats": list(map(_rule_difference, comparison.beside)),
        "facts": list(map(_change, listed.facts)),
        "codesAndParameters": list(map(_change, listed.acting)),
        "texts": list(map(_change, listed.texts)),
    }


def _identity(pack: Pack) -> dict[str, str]:
    return {"id": pack.id, "version": pack.version, "digest": pack.digest}


def _difference(one: Difference, old: Draft, new: Draft, sent: Sent | None) -> dict[str, Any]:
    known = {**new.pack.facts, **old.pack.facts}
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
    return {
        "leftOut": list(sent.left_out),
        "before": _answer(sent.before),
        "after": _answer(sent.after),
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
