"""Judged cases as a clinician reads them on a terminal; plain text."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.authoring.judge_cases import (
    JudgedCase,
    Verdict,
    bearing_rules,
    case_stem,
    deciding,
    facts_of,
    settled,
)
from pactolus_adapters.cli.rules.places import opened, place_text
from pactolus_adapters.cli.terminal import folded
from pactolus_engine.decision import Decision, Explanation, FactTrace, RuleTrace

__all__ = ["case_data", "failure_lines", "summary"]


def failure_lines(judged: JudgedCase, draft: Draft, folder: Path, *, with_values: bool) -> Iterator[str]:
    """A failing case: its story, its place, both sides of each difference, the rules that decided."""
    yield f"{judged.verdict.upper()}: {judged.case.name}"
    yield f"   {place_text(folder, judged.case.place)}"
    if judged.message:
        yield from folded(judged.message)
    for one in judged.differences:
        yield from folded(f"{one.key}: expected {one.expected}, got {one.got}")
    decision = judged.result.decision if judged.result else None
    if decision is None:
        return
    for reason in deciding(settled(decision)):
        yield from folded(f"{reason.truth}: {reason.title} [{reason.effect}, {reason.rule}]", "- ")
    if with_values:
        yield from _values(judged, draft, decision)


def _values(judged: JudgedCase, draft: Draft, decision: Decision) -> Iterator[str]:
    compiled = draft.compiled_with(judged.case.overlay)
    rules = bearing_rules(judged, compiled)
    for rule in rules:
        yield ""
        yield from folded(f"rule {rule.rule} ({rule.effect}) is {rule.truth}:")
        yield from _tree(rule.explanation, 1)
    if rules:
        yield ""
        yield from folded("values:")
    for fact in facts_of(rules, decision, compiled):
        yield from folded(f"{fact.fact} = {fact.shown} [{fact.status}]", "  ")


def _tree(part: Explanation, depth: int) -> Iterator[str]:
    yield from folded(f"[{part.truth}] {part.text}", "  " * depth)
    for child in part.children:
        yield from _tree(child, depth + 1)


def summary(judged: Iterable[JudgedCase]) -> str:
    """`412 passed, 2 failed, 1 crashed`; what did not happen is left out."""
    verdicts = [one.verdict for one in judged]
    counts = [f"{verdicts.count(each)} {each}" for each in Verdict if each in verdicts]
    return ", ".join(counts) or "no cases"


def case_data(judged: JudgedCase, draft: Draft, folder: Path, *, with_values: bool) -> dict[str, Any]:
    """One case for machines."""
    data: dict[str, Any] = {
        "case": case_stem(judged.case),
        "name": judged.case.name,
        "file": opened(folder, judged.case.place.file),
        "line": judged.case.place.line,
        "result": judged.verdict.value,
        "message": judged.message,
        "differences": [
            {"key": one.key, "expected": one.expected, "got": one.got} for one in judged.differences
        ],
    }
    decision = judged.result.decision if judged.result else None
    if decision is not None:
        data["outcome"] = decision.outcome.value
        data["decidedBy"] = [reason.rule for reason in deciding(settled(decision))]
    if with_values and decision is not None and not judged.passed:
        compiled = draft.compiled_with(judged.case.overlay)
        rules = bearing_rules(judged, compiled)
        data["rules"] = [_rule_data(rule) for rule in rules]
        data["values"] = [_fact_data(fact) for fact in facts_of(rules, decision, compiled)]
    return data


def _rule_data(rule: RuleTrace) -> dict[str, Any]:
    return {
        "rule": rule.rule,
        "effect": rule.effect,
        "truth": rule.truth,
        "condition": _tree_data(rule.explanation),
    }


def _tree_data(part: Explanation) -> dict[str, Any]:
    parts = [_tree_data(child) for child in part.children]
    return {"text": part.text, "truth": part.truth, **({"parts": parts} if parts else {})}


def _fact_data(fact: FactTrace) -> dict[str, Any]:
    return {"fact": fact.fact, "status": fact.status, "value": fact.shown, "cells": list(fact.cells)}
