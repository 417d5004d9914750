"""One record in, its result out: what was said then, what is said now, and what became of it.

Everything that may be wrong with a record ends in one class; nothing ends the replay but a store that is gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from pactolus_adapters.answers import decode_answer, encode_refusal
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.replay.again import Again, answered_again
from pactolus_adapters.replay.batches import RecordRow
from pactolus_adapters.replay.packs import PacksByDigest
from pactolus_adapters.request_way import settings_of_record
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import Decision
from pactolus_engine.errors import EnginesDisagree, InputInvalid, PactolusError
from pactolus_engine.ports import Matcher
from pactolus_engine.record import StoredInput, read_stored_input
from pactolus_engine.replay.causes import PackChange, causes, moved
from pactolus_engine.replay.compare import compare, said
from pactolus_engine.replay.result import ReplayClass, ReplayResult, Said

__all__ = ["OTHER_PACK", "Replayer"]

OTHER_PACK: Final = "other-pack"
"""Why a record is passed over: another pack decided it than the one that the replay is of."""

_REQUESTS: Final = frozenset({"evaluation", "refusal", "failure"})


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What a record holds. `decision` is None when the request was refused or failed."""

    stored: StoredInput
    decision: Decision | None
    said: Said | None


@dataclass(frozen=True, slots=True)
class Replayer:
    """Evaluates records again. `candidate`: the pack for all of them; None: for each the pack that decided it.

    `of`: only records that this pack decided, empty: all. `limits`: for records that do not say how large a request
    could be. `software`: the versions of what runs here.
    """

    packs: PacksByDigest
    matcher: Matcher
    candidate: CompiledPack | None
    of: str
    limits: Limits
    software: Mapping[str, str]
    _changes: dict[str, PackChange] = field(default_factory=dict)

    def passes_over(self, row: RecordRow) -> str:
        """Why a record is no part of the replay, or empty. What cannot tell its event is part of it."""
        if row.event and row.event not in _REQUESTS:
            return row.event
        return OTHER_PACK if self.of and row.event and row.pack_id not in {"", self.of} else ""

    def result(self, row: RecordRow) -> ReplayResult:
        """What became of one record. Raises `AuditUnavailable` never: what it rests on is in the record."""
        base = ReplayResult(
            row.index, ReplayClass.ERROR, row.recorded_at, row.leaf_hash.hex(), pack=row.pack_id
        )
        if row.problem:
            return replace(base, result_class=ReplayClass(row.problem), detail=row.detail)
        try:
            recorded = _recorded(row)
        except (ValueError, KeyError, TypeError):
            return replace(base, detail="the record holds a form that this version cannot read")
        base = replace(base, pack=_named(recorded.stored), recorded=recorded.said)
        compiled = self.candidate or self.packs.get(recorded.stored.decided.pack.digest)
        if compiled is None:
            return replace(base, result_class=ReplayClass.INPUT_MISSING, detail=_no_pack(recorded.stored))
        return self._evaluated(base, row, recorded, compiled)

    def _evaluated(
        self, base: ReplayResult, row: RecordRow, recorded: _Recorded, compiled: CompiledPack
    ) -> ReplayResult:
        try:
            again = self._again(recorded.stored, compiled)
        except PactolusError as failure:
            if row.output == encode_refusal(failure):
                return replace(base, result_class=ReplayClass.IDENTICAL, replayed=base.recorded)
            return replace(base, detail=_why(failure))
        except Exception:  # noqa: BLE001 - one record must not end the rest; its text may hold what a resource held
            return replace(base, detail="it could not be evaluated: internal error")
        result = replace(base, replayed=said(again.decision) if again.decision else Said("refused"))
        if not row.output:
            return replace(result, result_class=ReplayClass.NEW)
        return self._compared(result, row, recorded, again, compiled)

    def _again(self, stored: StoredInput, compiled: CompiledPack) -> Again:
        settings = settings_of_record(stored.decided.settings, stored.decided.versions, self.limits)
        return answered_again(stored, compiled, self.matcher, settings)

    def _compared(
        self, result: ReplayResult, row: RecordRow, recorded: _Recorded, again: Again, compiled: CompiledPack
    ) -> ReplayResult:
        is_same_pack = compiled.pack.digest == recorded.stored.decided.pack.digest
        if again.output == row.output:
            return replace(result, result_class=ReplayClass.IDENTICAL)
        if recorded.decision is None or again.decision is None:
            changed = _other_kind(result)
            because = (self._ground(recorded, compiled),)
            fields = ("violations",) if changed is ReplayClass.CHANGED_TEXT else ("outcome",)
            return replace(result, result_class=changed, fields=fields, causes=because)
        found = compare(recorded.decision, again.decision, same_pack=is_same_pack)
        if not is_same_pack and found.result_class is ReplayClass.IDENTICAL:
            return replace(result, result_class=ReplayClass.IDENTICAL)
        change = None if is_same_pack else self._change(recorded.stored, compiled)
        rules = moved(recorded.decision, again.decision, change, self._ground(recorded, compiled))
        kind = found.result_class
        if is_same_pack and self._is_other_software(recorded.stored):
            kind = ReplayClass.ENGINE_CHANGED
        elif kind is ReplayClass.IDENTICAL:
            kind = ReplayClass.CHANGED_TEXT  # the decisions are the same, the Bundles are not
        return replace(
            result,
            result_class=kind,
            fields=found.fields or ("bundle",),
            moved=rules,
            causes=causes(rules) or (self._ground(recorded, compiled),),
        )

    def _change(self, stored: StoredInput, compiled: CompiledPack) -> PackChange:
        """What sets this pack apart from the one that decided, worked out once for each."""
        digest = stored.decided.pack.digest
        if digest not in self._changes:
            before = self.packs.get(digest)
            self._changes[digest] = PackChange.between(
                before.pack if before else stored.decided, compiled.pack
            )
        return self._changes[digest]

    def _is_other_software(self, stored: StoredInput) -> bool:
        return dict(stored.decided.versions) != dict(self.software)

    def _ground(self, recorded: _Recorded, compiled: CompiledPack) -> str:
        """What a difference comes from where no rule tells more."""
        if compiled.pack.digest != recorded.stored.decided.pack.digest:
            return f"pack:{compiled.pack.version}"
        if self._is_other_software(recorded.stored):
            return f"software:{self.software['pactolus']}"
        return "unexplained"


def _recorded(row: RecordRow) -> _Recorded:
    """The content of a record. Raises `ValueError`, `KeyError` or `TypeError` where this version cannot read it."""
    stored = read_stored_input(row.input)
    if not row.output:
        return _Recorded(stored, None, None)
    try:
        decision, _ = decode_answer(row.output)
    except InputInvalid:
        return _Recorded(stored, None, Said("refused"))
    except PactolusError:
        return _Recorded(stored, None, Said("refused" if row.event == "refusal" else "failed"))
    return _Recorded(stored, decision, said(decision))


def _other_kind(result: ReplayResult) -> ReplayClass:
    """Of two answers of which one is no decision."""
    return ReplayClass.CHANGED_TEXT if result.recorded == result.replayed else ReplayClass.CHANGED_OUTCOME


def _named(stored: StoredInput) -> str:
    pack = stored.decided.pack
    return f"{pack.id}@{pack.version}" if pack.id else ""


def _no_pack(stored: StoredInput) -> str:
    pack = stored.decided.pack
    if not pack.digest:
        return "no pack decided it: the one that was asked for was not on the shelf then"
    return (
        f"the pack that decided is not on the shelf (digest `{pack.digest}`): name the folder that holds it (--packs), "
        "with the overlay of that time (--overlays)"
    )


def _why(failure: PactolusError) -> str:
    if isinstance(failure, EnginesDisagree):
        return str(failure)
    return f"it could not be evaluated: {failure}"
