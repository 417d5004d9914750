"""The use case of the core: facts, pack, instant, matcher and what was said before in, a decision out.

facts → states → cells → letters → durable-rules; states → definition evaluator; both agree → decide.
When an earlier suggestion no longer stands, that is said first, around the new decision. Pure.
"""

from dataclasses import replace
from datetime import datetime

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decide import Situation, decide
from pactolus_engine.decision import Decision
from pactolus_engine.facts import FactSet
from pactolus_engine.match.agree import agreed_truths
from pactolus_engine.match.definition import Definition
from pactolus_engine.ports import Matcher
from pactolus_engine.record import decision_id
from pactolus_engine.retract import Earlier, retractions, taking_back, with_taken
from pactolus_engine.weigh import weigh_and_tell

__all__ = ["evaluate"]


def evaluate(
    facts: FactSet,
    compiled: CompiledPack,
    instant: datetime,
    matcher: Matcher,
    earlier: Earlier | None = None,
) -> Decision:
    """Decides. Same input, same decision, byte for byte.

    `instant`: aware, in UTC, whole milliseconds. `earlier`: the patient's suggestions that stand; when
    one no longer does, the answer is RETRACT with the new decision as its replacement. Raises
    `EnginesDisagree` when the two engines give a rule different truths, `MatcherFailed` when
    durable-rules gives none; both leave nothing behind.
    """
    answer = _named(with_taken(_decided(facts, compiled, instant, matcher), facts))
    if earlier is None:
        return answer
    retracted = retractions(earlier, compiled, instant)
    return _named(taking_back(answer, retracted, earlier.is_complete)) if retracted else answer


def _decided(facts: FactSet, compiled: CompiledPack, instant: datetime, matcher: Matcher) -> Decision:
    pack = compiled.pack
    states, left_out = weigh_and_tell(pack, compiled.definitions, compiled.partitions, facts, instant)
    vector = compiled.vector(states)
    definition = Definition(pack.facts, compiled.definitions, states)
    fired = matcher.fired(compiled, compiled.letters(vector))
    truths = agreed_truths(compiled, definition, fired)
    return decide(Situation(compiled, facts, states, vector, truths, definition, instant), left_out)


def _named(decision: Decision) -> Decision:
    return replace(decision, decision_id=decision_id(decision))
