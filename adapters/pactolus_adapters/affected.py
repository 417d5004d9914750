"""Which recorded decisions rest on one thing: an Observation, a code set, a parameter, a pack.

For a recall, so a doubt counts as a yes: a decision whose pack cannot be asked any more is listed as
not sure. Every record is opened and checked on the way; one that cannot be ends the search.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pactolus_adapters.answers import decode_answer
from pactolus_adapters.earlier import decided_from
from pactolus_adapters.fhir.codes import CodeBook
from pactolus_engine.decision import Decision, Outcome, PackIdentity
from pactolus_engine.errors import InputInvalid, Violation
from pactolus_engine.facts import Source
from pactolus_engine.pack.model import Pack
from pactolus_engine.ports import AuditLog, PackShelf, Receipt, StoredRecord
from pactolus_engine.record import StoredInput, leaf_hash, read_commitment, read_stored_input

__all__ = ["Affected", "Ground", "GroundKind", "affected"]


class GroundKind(StrEnum):
    """What a decision may rest on."""

    OBSERVATION = "observation"
    CODE_SET = "code_set"
    PARAMETER = "parameter"
    PACK = "pack"


@dataclass(frozen=True, slots=True)
class Ground:
    """The thing whose decisions are wanted. `version`: of a resource or a pack; empty means every one."""

    kind: GroundKind
    name: str
    version: str = ""

    @classmethod
    def observation(cls, written: str) -> "Ground":
        """A resource as `Type/id` (or another reference), with `/_history/version` where one is meant."""
        name, _, version = written.partition("/_history/")
        return cls(GroundKind.OBSERVATION, name, version)

    @classmethod
    def pack(cls, written: str) -> "Ground":
        """A pack as `id` or `id@version`."""
        name, _, version = written.partition("@")
        return cls(GroundKind.PACK, name, version)


@dataclass(frozen=True, slots=True)
class Affected:
    """A decision that rests on it. `recorded_at` is RFC 3339; `patient_pseudonym` is empty when nobody
    said who the patient is; `is_sure` is false when the pack that decided is not on the shelf."""

    receipt: Receipt
    recorded_at: str
    decision_id: str
    outcome: Outcome
    pack: PackIdentity
    patient_pseudonym: str
    is_sure: bool


def affected(
    log: AuditLog,
    shelf: PackShelf,
    ground: Ground,
    tenant: str | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Iterator[Affected]:
    """The decisions that rest on `ground`, oldest first; of one tenant, or of all (None).

    `progress` is told how many records were looked at, of how many. Raises `InputInvalid` when no pack
    on the shelf has the code set, and `AuditUnavailable` when a record cannot be read.
    """
    reach = _Reach(tuple(compiled.pack for compiled in shelf.all()), ground)
    reach.check()
    return _search(log, reach, tenant, progress)


def _search(
    log: AuditLog, reach: "_Reach", tenant: str | None, progress: Callable[[int, int], None]
) -> Iterator[Affected]:
    size = log.size()
    for index in range(size):
        record = log.read(index)
        if record.event == "evaluation":
            found = _judged(record, reach, log.origin, tenant)
            if found is not None:
                yield found
        progress(index + 1, size)


def _judged(record: StoredRecord, reach: "_Reach", origin: str, tenant: str | None) -> Affected | None:
    stored = read_stored_input(record.input)
    if tenant is not None and stored.request.tenant != tenant:
        return None
    decision, _ = decode_answer(record.output)
    is_sure = reach.rests_on(decision, stored)
    if is_sure is False:
        return None
    return Affected(
        receipt=Receipt(origin, record.index, leaf_hash(record.leaf)),
        recorded_at=record.recorded_at,
        decision_id=decision.decision_id,
        outcome=decision.outcome,
        pack=decision.pack,
        patient_pseudonym=read_commitment(record.leaf).get("patient_pseudonym", ""),
        is_sure=is_sure is True,
    )


@dataclass(frozen=True, slots=True)
class _Reach:
    """What rests on the ground. The answer None means: nobody can say."""

    packs: tuple[Pack, ...]
    ground: Ground

    def check(self) -> None:
        """Raises `InputInvalid` when the ground is nothing, as far as that can be known."""
        name, kind = self.ground.name, self.ground.kind
        if not name:
            raise InputInvalid([Violation(kind.value, "expected a name")])
        if kind is GroundKind.CODE_SET and not any(name in pack.code_sets for pack in self.packs):
            raise InputInvalid([Violation(kind.value, "no pack on the shelf has a code set of this name")])

    def rests_on(self, decision: Decision, stored: StoredInput) -> bool | None:
        """Whether the decision, or the one that replaces, rests on the ground."""
        match self.ground.kind:
            case GroundKind.OBSERVATION:
                return any(self._is_meant(source) for source in _sources(decision, None))
            case GroundKind.PARAMETER:
                return self.ground.name in stored.decided.parameters
            case GroundKind.PACK:
                wanted = (self.ground.name, self.ground.version or decision.pack.version)
                return (decision.pack.id, decision.pack.version) == wanted
            case GroundKind.CODE_SET:
                return self._reads_code_set(decision, stored)

    def _is_meant(self, source: Source) -> bool:
        wanted = (self.ground.name, self.ground.version or source.version)
        return (source.reference, source.version) == wanted

    def _reads_code_set(self, decision: Decision, stored: StoredInput) -> bool | None:
        """Whether a fact was read that is bound to the code set, and a code of the set was there.

        A pack that is gone cannot be asked.
        """
        pack = next((one for one in self.packs if one.digest == decision.pack.digest), None)
        if pack is None:
            return None
        if not any(_sources(decision, _bound(pack, self.ground.name))):
            return False
        book = CodeBook(pack, stored.decided.settings["local_base"])
        return any(self.ground.name in book.sets_in(one.body) for one in decided_from(stored))


def _bound(pack: Pack, code_set: str) -> frozenset[str]:
    """The facts that a code of the set may have given a value, or a resource to be read from."""
    own = {
        fact.id
        for fact in pack.facts.values()
        if fact.binding
        and code_set
        in {*fact.binding.codes, *fact.binding.values.values(), *fact.binding.components.values()}
    }
    return frozenset(own | {fact.id for fact in pack.facts.values() if fact.of in own})


def _sources(decision: Decision, facts: frozenset[str] | None) -> Iterator[Source]:
    """Where the facts (None: all) were read, of the decision and of the one that replaces."""
    for trace in decision.trace.facts:
        if facts is None or trace.fact in facts:
            yield from trace.sources
    if decision.replacement is not None:
        yield from _sources(decision.replacement, facts)
