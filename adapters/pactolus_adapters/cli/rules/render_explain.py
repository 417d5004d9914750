"""An explanation as a person reads it: why, why not, what would have to be otherwise, what is not known."""

from collections.abc import Iterable, Iterator

from pactolus_adapters.authoring.explain import Explained
from pactolus_adapters.cli.render_tree import on_one_line, tree_lines
from pactolus_adapters.cli.terminal import clean, folded, section
from pactolus_engine.changes.nearest import Change, Flip, Nearest
from pactolus_engine.changes.outstanding import Bringing, Outstanding
from pactolus_engine.completions import Skeleton
from pactolus_engine.decision import FactTrace
from pactolus_engine.grounds import Ground, WhyNot

__all__ = ["answer_line", "render_explained"]

_SHOWN = 6
"""Changes that are listed for one answer; if there are more they are counted, and in `--json`."""

_FEW = 3
"""Facts whose values still fit on the line of a rule that is not true."""


def render_explained(explained: Explained) -> str:
    """The whole explanation as plain text."""
    lines = [f"== {clean(explained.name)}", *folded(answer_line(explained.answer))]
    lines += section("Why", _why(explained))
    for one in explained.grounds.why_not:
        lines += section(_heading(one), _why_not(one))
    lines += section(
        "What would have to be otherwise (computed and evaluated; not advice)", _nearest(explained)
    )
    lines += section("Not known: what each fact could bring", _not_known(explained.outstanding))
    return "\n".join(lines) + "\n"


def answer_line(answer: Skeleton) -> str:
    """An answer on one line: `OFFER isa-krd-x6 | asct-isa-krd-x2`, `CONCLUDED r-iss = II`."""
    found = (f"{name} = {value}" for name, value in answer.conclusions)
    return " ".join([answer.outcome.value, " | ".join([*answer.options, *found])]).rstrip()


def _why(explained: Explained) -> Iterator[str]:
    for ground in explained.grounds.why:
        yield from folded(f"{ground.title} [{ground.effect}, {ground.rule}]", "- ")
        if ground.truth == "true":
            yield from folded(ground.text, "  ")
            yield from _sources(ground)
        yield from tree_lines(ground.tree, 1)
        yield from _facts(ground.facts)
    if explained.grounds.note:
        yield from folded(explained.grounds.note, "- ")


def _sources(ground: Ground) -> Iterator[str]:
    if ground.evidence:
        yield from folded(f"rests on {', '.join(ground.evidence)}", "  * ")
    if ground.rationale:
        yield from folded(f"rationale: {ground.rationale}", "  * ")


def _facts(facts: Iterable[FactTrace]) -> Iterator[str]:
    for fact in facts:
        places = ", ".join(f"{one.reference} {one.path}".rstrip() for one in fact.sources)
        yield from folded(f"{fact.fact}: {fact.shown}" + (f" ({places})" if places else ""), "  = ")


def _heading(one: WhyNot) -> str:
    return f"Why not {one.outcome} {one.option}".rstrip()


def _why_not(one: WhyNot) -> Iterator[str]:
    for ground in one.against:
        yield from folded(f"against it: {ground.title} [{ground.effect}, {ground.rule}]", "- ")
        yield from _parts(ground)
    for ground in one.lacking:
        word = "may yet be true" if ground.truth == "unknown" else "is not true"
        yield from folded(f"{ground.rule} {word}: {on_one_line(ground.tree)}{_values(ground)}", "- ")
    if one.note:
        yield from folded(one.note, "- ")


def _values(ground: Ground) -> str:
    """The values of the facts that failed, if they are few."""
    shown = "; ".join(f"{fact.fact}: {fact.shown}" for fact in ground.facts)
    return f" ({shown})" if 0 < len(ground.facts) <= _FEW else ""


def _parts(ground: Ground) -> Iterator[str]:
    yield from tree_lines(ground.tree, 1)
    yield from _facts(ground.facts)


def _nearest(explained: Explained) -> Iterator[str]:
    nearest = explained.nearest
    by_answer: dict[Skeleton, list[Flip]] = {}
    for flip in nearest.flips:
        by_answer.setdefault(flip.answer, []).append(flip)
    for answer, flips in by_answer.items():
        yield from folded(answer_line(answer), "> ")
        for flip in flips[:_SHOWN]:
            yield from folded("; and ".join(map(_change, flip.changes)), "  - ")
        if len(flips) > _SHOWN:
            yield from folded(f"and {len(flips) - _SHOWN} more ways, which --json lists", "  - ")
    yield from folded(_extent(nearest), ". ")


def _change(change: Change) -> str:
    moved = "".join(f" ({title}: {was} -> {will})" for title, was, will in change.follows)
    return f"{change.title}: {change.before} -> {change.after}{moved}"


def _extent(nearest: Nearest) -> str:
    """How far the search went: what is not listed within it does not exist."""
    if not nearest.changeable:
        return "no known fact that may change (`changes` in facts.yaml) bears on this answer"
    if nearest.facts_tried == 0:
        return f"the search met its bound of {nearest.steps} evaluations before it was through: there may be more"
    number = f"{nearest.facts_tried} fact{'s' if nearest.facts_tried > 1 else ''}"
    tried = f"every change of up to {number} was tried ({nearest.steps} evaluations)"
    if nearest.is_whole:
        return tried if nearest.flips else f"{tried}, and none gives another answer"
    return f"{tried}; then the search met its bound: changes of more facts may give other answers"


def _not_known(found: tuple[Outstanding, ...]) -> Iterator[str]:
    for one in found:
        needed = [name for name in one.from_facts if name != one.fact]
        yield from folded(f"{one.title} [{one.fact}{', from ' + ', '.join(needed) if needed else ''}]", "- ")
        for each in one.brings:
            yield from folded(f"{each.value}: {_answers(each)}", "  = ")


def _answers(each: Bringing) -> str:
    answers = "; or ".join(map(answer_line, each.answers))
    return answers if each.is_whole else f"{answers}; there may be more"
