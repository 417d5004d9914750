"""Explains what a pack says of a patient: why, why not otherwise, and the nearest change that flips it."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.authoring.run_cases import case_facts
from pactolus_adapters.fhir.read import Limits, read
from pactolus_adapters.matchers.process import ProcessMatcher
from pactolus_adapters.settings import Settings
from pactolus_engine.cases import Case
from pactolus_engine.changes.nearest import Flip, Nearest, Question, answer_of, nearest_changes
from pactolus_engine.changes.outstanding import Outstanding, outstanding
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.completions import Skeleton
from pactolus_engine.decision import Decision, Explanation
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import FactSet
from pactolus_engine.grounds import Ground, Grounds, grounds_of
from pactolus_engine.ports import Matcher

__all__ = [
    "Explained",
    "explain",
    "explain_case",
    "explain_file",
    "explained_json",
    "find_case",
    "open_matcher",
]


@dataclass(frozen=True, slots=True)
class Explained:
    """All that is told of one patient. `name`: the file or the case."""

    name: str
    decision: Decision
    answer: Skeleton
    grounds: Grounds
    nearest: Nearest
    outstanding: tuple[Outstanding, ...]


def open_matcher() -> closing[ProcessMatcher]:
    """The rule engine in a process of its own, ended when the block is left."""
    return closing(ProcessMatcher())


def find_case(draft: Draft, name: str) -> Case | None:
    """The case of that name: of its file, with or without folder and ending."""
    stem = name.removeprefix("cases/").removesuffix(".yaml")
    return next((case for case in draft.cases() if case.place.file == f"cases/{stem}.yaml"), None)


def explain_case(draft: Draft, case: Case, matcher: Matcher, at: datetime | None, steps: int) -> Explained:
    """Explains a case of the pack, with its overlay; what it says was sent before plays no part.

    Raises `InputInvalid` when its FHIR file is refused.
    """
    compiled = draft.compiled_with(case.overlay)
    facts = case_facts(case, draft.files, compiled.pack)
    return explain(case.place.file, Question(compiled, facts, at or case.at), matcher, steps)


def explain_file(
    draft: Draft, name: str, content: bytes, matcher: Matcher, at: datetime, steps: int
) -> Explained:
    """Explains FHIR JSON as `evaluate` takes it; raises `InputInvalid` with every violation."""
    return explain(name, Question(draft.compiled, _facts(content, draft.compiled), at), matcher, steps)


def explain(name: str, question: Question, matcher: Matcher, steps: int) -> Explained:
    """Evaluates, and puts the decision's grounds beside what could be otherwise."""
    decision = evaluate(question.facts, question.compiled, question.instant, matcher)
    return Explained(
        name,
        decision,
        answer_of(decision, question.compiled),
        grounds_of(decision, question.compiled.pack),
        nearest_changes(question, matcher, steps),
        outstanding(question),
    )


def _facts(content: bytes, compiled: CompiledPack) -> FactSet:
    settings = Settings()
    limits = Limits(settings.resource_bytes, settings.request_bytes)
    return read(
        (content,),
        b"",
        "",
        compiled.pack,
        local_base=settings.code_systems,
        limits=limits,
        known_bases=settings.fhir_bases,
    )


def explained_json(explained: Explained) -> dict[str, Any]:
    """The explanation for machines; every text as it stands in the pack or the decision."""
    nearest = explained.nearest
    return {
        "name": explained.name,
        "pack": explained.decision.pack.id,
        "version": explained.decision.pack.version,
        "evaluationTime": explained.decision.evaluation_time,
        "answer": _answer(explained.answer),
        "why": [_ground(one) for one in explained.grounds.why],
        "note": explained.grounds.note,
        "whyNot": [
            {
                "outcome": one.outcome.value,
                "option": one.option,
                "against": [_ground(ground) for ground in one.against],
                "lacking": [_ground(ground) for ground in one.lacking],
                "note": one.note,
            }
            for one in explained.grounds.why_not
        ],
        "nearestChanges": {
            "factsTried": nearest.facts_tried,
            "whole": nearest.is_whole,
            "steps": nearest.steps,
            "changeable": list(nearest.changeable),
            "changes": [_flip(flip) for flip in nearest.flips],
        },
        "notKnown": list(map(_outstanding, explained.outstanding)),
    }


def _answer(answer: Skeleton) -> dict[str, Any]:
    return {
        "outcome": answer.outcome.value,
        "options": list(answer.options),
        "conclusions": dict(answer.conclusions),
    }


def _ground(ground: Ground) -> dict[str, Any]:
    return {
        "rule": ground.rule,
        "title": ground.title,
        "effect": ground.effect,
        "truth": ground.truth,
        "text": ground.text,
        "tree": _tree(ground.tree),
        "facts": list(_facts_seen(ground)),
        "evidence": list(ground.evidence),
        "rationale": ground.rationale,
    }


def _facts_seen(ground: Ground) -> Iterator[Mapping[str, Any]]:
    for fact in ground.facts:
        sources = [{"reference": one.reference, "path": one.path} for one in fact.sources]
        yield {"fact": fact.fact, "status": fact.status, "shown": fact.shown, "sources": sources}


def _tree(tree: Explanation) -> dict[str, Any]:
    return {"text": tree.text, "truth": tree.truth, "parts": [_tree(part) for part in tree.children]}


def _flip(flip: Flip) -> dict[str, Any]:
    changes = [
        {
            "fact": one.fact,
            "title": one.title,
            "from": one.before,
            "to": one.after,
            "follows": [{"title": title, "from": was, "to": will} for title, was, will in one.follows],
        }
        for one in flip.changes
    ]
    return {"answer": _answer(flip.answer), "distance": flip.distance, "changes": changes}


def _outstanding(one: Outstanding) -> dict[str, Any]:
    brings = [
        {"value": each.value, "answers": list(map(_answer, each.answers)), "whole": each.is_whole}
        for each in one.brings
    ]
    return {"fact": one.fact, "title": one.title, "from": list(one.from_facts), "brings": brings}
