"""A case made ready for many mutants: what the unchanged pack makes of it, computed once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC

from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.authoring.earlier_case import answered_after
from pactolus_adapters.authoring.letters import LetterMatcher
from pactolus_adapters.authoring.run_cases import case_facts
from pactolus_engine.cases import Case
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.completions import complete
from pactolus_engine.facts import FactSet
from pactolus_engine.kleene import Truth
from pactolus_engine.match.agree import truths_by_definition
from pactolus_engine.match.definition import Definition
from pactolus_engine.pack.model import Effect
from pactolus_engine.shared_dates import shared_dates
from pactolus_engine.states import States
from pactolus_engine.weigh import weigh

__all__ = ["ENDING", "Known", "known_case", "states_asked"]

ENDING = (Effect.CONFLICT, Effect.HOLD, Effect.EXCLUDE)
"""Effects that settle a decision before any completion is looked at."""


@dataclass(frozen=True, slots=True)
class Known:
    """A case with its facts, states and truths under the unchanged pack.

    `is_settled`: a true rule ends the decision, so that unknown ones cannot matter. `is_open`: the cells
    alone leave the answer open, so that readings are weighed again under suppositions.
    """

    case: Case
    facts: FactSet
    states: States
    truths: Mapping[str, Truth]
    is_settled: bool
    is_open: bool


def known_case(case: Case, draft: Draft) -> Known:
    """What the pack of a case that is decided from one request makes of it."""
    compiled = draft.compiled_with(case.overlay)
    pack, facts = compiled.pack, case_facts(case, draft.files, compiled.pack)
    states = weigh(pack, compiled.definitions, compiled.partitions, facts, case.at)
    truths = truths_by_definition(compiled, Definition(pack.facts, compiled.definitions, states))
    today = case.at.astimezone(UTC).date()
    ending = (rule for rule, truth in truths.items() if truth is Truth.TRUE)
    is_settled = today > pack.review_by or any(pack.rules[rule].effect in ENDING for rule in ending)
    is_open = not is_settled and _is_open(compiled, states, today.toordinal())
    return Known(case, facts, states, truths, is_settled, is_open)


def _is_open(compiled: CompiledPack, states: States, today: int) -> bool:
    shared = shared_dates(compiled, states, today)
    completions = complete(compiled, compiled.vector(states), shared=shared)
    return not completions.is_complete or len(completions.skeletons) != 1


@dataclass(frozen=True, slots=True)
class _Recorder(CompiledPack):
    """The pack, keeping the states that it is asked about."""

    seen: list[States] = field(default_factory=list)

    def vector(self, states: States) -> dict[str, int]:
        """As the pack gives it."""
        self.seen.append(states)
        return CompiledPack.vector(self, states)


def states_asked(case: Case, draft: Draft) -> tuple[States, ...]:
    """Every state of the facts that the pack is asked about on the way through a case with a history."""
    compiled = draft.compiled_with(case.overlay)
    recorder = _Recorder(**{one.name: getattr(compiled, one.name) for one in fields(CompiledPack)})
    answered_after(case, draft.files, recorder, LetterMatcher())
    return tuple(recorder.seen)
