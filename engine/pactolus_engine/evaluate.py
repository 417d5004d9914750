"""The use case of the core: facts, pack, instant and a matcher in, a decision out. Pure.

facts → states → cells → letters → durable-rules; states → definition evaluator; both agree → decide.
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
from pactolus_engine.weigh import weigh

__all__ = ["evaluate"]


def evaluate(facts: FactSet, compiled: CompiledPack, instant: datetime, matcher: Matcher) -> Decision:
    """Decides. Same input, same decision, byte for byte.

    `instant`: aware, in UTC, whole milliseconds. Raises `EnginesDisagree` when the two engines give a
    rule different truths, `MatcherFailed` when durable-rules gives none; both leave nothing behind.
    """
    pack = compiled.pack
    states = weigh(pack, compiled.definitions, compiled.partitions, facts, instant)
    vector = compiled.vector(states)
    definition = Definition(pack.facts, compiled.definitions, states)
    fired = matcher.fired(compiled, compiled.letters(vector))
    truths = agreed_truths(compiled, definition, fired)
    decision = decide(Situation(compiled, facts, states, vector, truths, definition, instant))
    return replace(decision, decision_id=decision_id(decision))
