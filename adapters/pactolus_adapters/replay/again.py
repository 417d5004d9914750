"""One recorded request, answered again: the same pipes, the same pure decision, another day.

The instant, the settings and the version that the Bundle names are those of the record, so that nothing but the
pack and the code itself can make a difference. What was sent before comes out of the record too; no store is asked.
"""

from dataclasses import dataclass
from datetime import datetime

from pactolus_adapters.answers import encode_answer, encode_refusal
from pactolus_adapters.command import received_again
from pactolus_adapters.consider import Asked, earlier_suggestions
from pactolus_adapters.request_way import HallwaySettings, read_command, write_answer
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import Decision
from pactolus_engine.errors import InputInvalid
from pactolus_engine.evaluate import evaluate
from pactolus_engine.ports import Matcher
from pactolus_engine.record import EarlierInput, StoredInput
from pactolus_engine.retract import Earlier

__all__ = ["Again", "answered_again"]


@dataclass(frozen=True, slots=True)
class Again:
    """What is answered now. `decision` is None when the request is refused; `output`: as a record keeps it, with the
    Bundle in it, `bundle`."""

    decision: Decision | None
    output: bytes
    bundle: bytes = b""


def answered_again(
    stored: StoredInput, compiled: CompiledPack, matcher: Matcher, settings: HallwaySettings
) -> Again:
    """The answer to a recorded request under this pack.

    Raises `EnginesDisagree` and `MatcherFailed` as `evaluate`, `AuditUnavailable` when the resources of an earlier
    suggestion cannot be read any more, `ValueError` when the record's instant is none.
    """
    command = received_again(stored.request)
    instant = datetime.fromisoformat(stored.decided.instant)
    try:
        facts = read_command(command, compiled, settings, stored.taken).facts
    except InputInvalid as refusal:
        return Again(None, encode_refusal(refusal))
    inputs = _earlier(stored, compiled)
    asked = Asked(compiled, instant, settings.local_base, settings.known_bases)
    earlier = Earlier(earlier_suggestions(inputs, asked), stored.earlier_complete)
    decision = evaluate(facts, compiled, instant, matcher, earlier)
    fallen = {one.decision_id for one in decision.retracted}
    taken_back = [one for one in inputs if one.decision_id in fallen]
    bundle = write_answer(decision, facts, taken_back, command, compiled, settings)
    return Again(decision, encode_answer(decision, bundle), bundle)


def _earlier(stored: StoredInput, compiled: CompiledPack) -> tuple[EarlierInput, ...]:
    """The suggestions that were taken back then; a pack takes back its own only."""
    return stored.earlier if stored.decided.pack.id == compiled.pack.id else ()
