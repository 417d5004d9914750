"""Which recorded decisions rest on one thing: an Observation, a code set, a parameter, a pack.

For a recall, so a doubt counts as a yes: a decision whose pack cannot be asked any more is listed as
not sure. Every record is opened and checked on the way; one that cannot be ends the search. Only what was erased
or pruned, or whose key is lost, is passed over and counted.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pactolus_adapters.answers import decode_answer, suggestions_of
from pactolus_adapters.earlier import decided_from
from pactolus_adapters.fhir.codes import CodeBook
from pactolus_adapters.fhir.resource import Resource
from pactolus_adapters.fhir.stored import stored_resources
from pactolus_engine.decision import Decision, Outcome, PackIdentity
from pactolus_engine.errors import AuditUnavailable, InputInvalid, RecordGone, Violation
from pactolus_engine.facts import Source
from pactolus_engine.pack.model import Pack
from pactolus_engine.ports import PackShelf, Receipt, StoredRecord
from pactolus_engine.record import StoredInput, leaf_hash, read_commitment, read_stored_input
from pactolus_engine.trail import AuditTrail, Selection

__all__ = ["Affected", "Ground", "GroundKind", "Passed", "Retractions", "affected"]

_REFERENCE: Final = re.compile(
    r"[A-Z][A-Za-z]*/[A-Za-z0-9\-.]{1,64}|https?://\S+(?<!/_history/)|urn:(?:uuid|oid):\S+"
)


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
        if not version:  # a version that is announced and not named is refused with the name
            return cls(GroundKind.OBSERVATION, written)
        return cls(GroundKind.OBSERVATION, name, version)

    @classmethod
    def pack(cls, written: str) -> "Ground":
        """A pack as `id` or `id@version`."""
        name, _, version = written.partition("@")
        return cls(GroundKind.PACK, name, version)

    def asked(self) -> dict[str, str]:
        """The thing in words, for the record of the question."""
        return {"ground": self.kind.value, "name": self.name, "version": self.version}


@dataclass(frozen=True, slots=True)
class Affected:
    """A decision that rests on it. `recorded_at` and `evaluation_time` are RFC 3339; `patient_pseudonym`
    is empty when nobody said who the patient is; `is_sure` is false when the pack that decided is not on
    the shelf. `suggested`: ids of the suggestions in it, its own or that of its replacement."""

    receipt: Receipt
    recorded_at: str
    evaluation_time: str
    tenant: str
    decision_id: str
    outcome: Outcome
    pack: PackIdentity
    patient_pseudonym: str
    is_sure: bool
    suggested: tuple[str, ...]


class Passed:
    """Decisions that a search could not ask, by their index; filled by a search, complete when it has ended."""

    def __init__(self) -> None:
        self.gone: list[int] = []


class Retractions:
    """Which record took back which suggestion; filled by a search, complete when it has ended."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], list[int]] = {}

    def note(self, tenant: str, index: int, decision: Decision) -> None:
        """Notes what the decision in that record takes back."""
        for one in decision.retracted:
            self._records.setdefault((tenant, one.decision_id), []).append(index)

    def of(self, one: Affected) -> int | None:
        """The first later record that takes back what was suggested there, if there is one."""
        found = (
            index for suggestion in one.suggested for index in self._records.get((one.tenant, suggestion), ())
        )
        return min((index for index in found if index > one.receipt.index), default=None)


@dataclass(frozen=True, slots=True)
class _Opened:
    """An evaluation as its record tells it."""

    record: StoredRecord
    stored: StoredInput
    decision: Decision


def affected(
    log: AuditTrail,
    shelf: PackShelf,
    ground: Ground,
    tenant: str | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    retractions: Retractions | None = None,
    passed: Passed | None = None,
) -> Iterator[Affected]:
    """The decisions that rest on `ground`, oldest first; of one tenant, or of all (None).

    `progress` is told how many records were looked at, of how many; `retractions` what they take back,
    `passed` which decisions nobody can read any more.
    Raises `InputInvalid` when the ground is not named as it has to be, or when neither the shelf nor any
    decision knows it (the latter is known only at the end), for a mistyped name must not pass for an
    all-clear; `AuditUnavailable` when a record cannot be read.
    """
    reach = _Reach(tuple(compiled.pack for compiled in shelf.all()), ground)
    reach.check()
    return _search(log, reach, tenant, progress, retractions or Retractions(), passed or Passed())


def _search(
    log: AuditTrail,
    reach: "_Reach",
    tenant: str | None,
    progress: Callable[[int, int], None],
    retractions: Retractions,
    passed: Passed,
) -> Iterator[Affected]:
    is_known = reach.is_on_shelf()
    size = log.size()
    for index in range(size):
        try:
            opened = _opened(log.read(index), tenant)
        except RecordGone:
            opened = None
            if _was_decision(log, index, tenant):
                passed.gone.append(index)
        if opened is not None:
            retractions.note(opened.stored.request.tenant, index, opened.decision)
            is_sure = reach.rests_on(opened.decision, opened.stored)
            is_known = is_known or is_sure is not False or reach.was_sent(opened.stored)
            if is_sure is not False:
                yield _told(opened, log.origin, is_sure is True)
        progress(index + 1, size)
    if not is_known:
        raise reach.unknown(len(passed.gone))


def _was_decision(log: AuditTrail, index: int, tenant: str | None) -> bool:
    """Whether what is gone was a decision, by its leaf, and of the tenant, by what is left of the index."""
    entry = next(log.entries(index, index + 1), None)
    try:
        if entry is None or read_commitment(entry.leaf).get("event") != "evaluation":
            return False
    except ValueError as error:
        raise AuditUnavailable(f"record `{index}` of the audit log has a leaf that cannot be read") from error
    return all(tenant in {None, one.tenant} for one in log.listed(Selection(), index - 1, 1))


def _opened(record: StoredRecord, tenant: str | None) -> _Opened | None:
    """The evaluation in the record, if there is one and it is the tenant's."""
    if record.event != "evaluation":
        return None
    stored = read_stored_input(record.input)
    if tenant is not None and stored.request.tenant != tenant:
        return None
    return _Opened(record, stored, decode_answer(record.output)[0])


def _told(opened: _Opened, origin: str, is_sure: bool) -> Affected:
    record, decision = opened.record, opened.decision
    return Affected(
        receipt=Receipt(origin, record.index, leaf_hash(record.leaf)),
        recorded_at=record.recorded_at,
        evaluation_time=decision.evaluation_time,
        tenant=opened.stored.request.tenant,
        decision_id=decision.decision_id,
        outcome=decision.outcome,
        pack=decision.pack,
        patient_pseudonym=read_commitment(record.leaf).get("patient_pseudonym", ""),
        is_sure=is_sure,
        suggested=suggestions_of(record.output).suggested,
    )


@dataclass(frozen=True, slots=True)
class _Reach:
    """What rests on the ground. The answer None means: nobody can say."""

    packs: tuple[Pack, ...]
    ground: Ground

    def check(self) -> None:
        """Raises `InputInvalid` when the ground is nothing, as far as that can be known beforehand."""
        name, kind = self.ground.name, self.ground.kind
        if not name:
            raise self._invalid("expected a name")
        if kind is GroundKind.OBSERVATION and not _REFERENCE.fullmatch(name):
            raise self._invalid("expected `Type/id`, `Type/id/_history/version` or a URL")
        if kind is GroundKind.CODE_SET and not self.is_on_shelf():
            raise self._invalid("no pack on the shelf has a code set of this name")

    def is_on_shelf(self) -> bool:
        """Whether a pack on the shelf is the ground or has it; no pack has an Observation."""
        name = self.ground.name
        match self.ground.kind:
            case GroundKind.OBSERVATION:
                return False
            case GroundKind.PARAMETER:
                return any(name in pack.parameters for pack in self.packs)
            case GroundKind.PACK:
                return any(self._is_pack(pack) for pack in self.packs)
            case GroundKind.CODE_SET:
                return any(name in pack.code_sets for pack in self.packs)

    def was_sent(self, stored: StoredInput) -> bool:
        """Whether the ground is a resource that was there for a decision, used or not."""
        return self.ground.kind is GroundKind.OBSERVATION and any(
            self._is_meant(one) for one in decided_from(stored)
        )

    def unknown(self, gone: int) -> InputInvalid:
        """The refusal of a name that nothing knows; `gone`: how many decisions could not be asked."""
        unread = f"; erased decisions that could not be asked: {gone}" if gone else ""
        if self.ground.kind is GroundKind.OBSERVATION:
            return self._invalid(f"no recorded decision knows this resource, or this version of it{unread}")
        what = "pack, or this version of it" if self.ground.kind is GroundKind.PACK else "parameter"
        return self._invalid(f"neither the shelf nor any recorded decision knows this {what}{unread}")

    def _invalid(self, expected: str) -> InputInvalid:
        return InputInvalid([Violation(self.ground.kind.value, expected)])

    def rests_on(self, decision: Decision, stored: StoredInput) -> bool | None:
        """Whether the decision, or the one that replaces, rests on the ground.

        A retraction rests also on the versions for which it takes back.
        """
        match self.ground.kind:
            case GroundKind.OBSERVATION:
                return any(map(self._is_meant, _sources(decision, None))) or any(
                    map(self._is_meant, _causes(stored))
                )
            case GroundKind.PARAMETER:
                return self.ground.name in stored.decided.parameters
            case GroundKind.PACK:
                return self._is_pack(decision.pack)
            case GroundKind.CODE_SET:
                return self._reads_code_set(decision, stored)

    def _is_pack(self, pack: Pack | PackIdentity) -> bool:
        return (pack.id, pack.version) == (self.ground.name, self.ground.version or pack.version)

    def _is_meant(self, one: Source | Resource) -> bool:
        wanted = (self.ground.name, self.ground.version or one.version)
        return (one.reference, one.version) == wanted

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


def _causes(stored: StoredInput) -> Iterator[Resource]:
    """The changed resources for which earlier suggestions are taken back."""
    for one in stored.earlier:
        yield from stored_resources((one.newer,))
