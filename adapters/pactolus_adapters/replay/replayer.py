"""One record in, its result out: what was said then, what is said now, and what became of it.

Everything that may be wrong with a record ends in one class; nothing ends the replay but a store that is gone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from pactolus_adapters.answers import decode_answer, encode_refusal
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.replay.again import Again, answered_again
from pactolus_adapters.replay.asked_for import asking_otherwise
from pactolus_adapters.replay.batches import RecordRow
from pactolus_adapters.replay.packs import PacksByDigest
from pactolus_adapters.replay.spec import OTHER_PACK
from pactolus_adapters.request_way import settings_of_record
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import Decision
from pactolus_engine.errors import InputInvalid, MatcherFailed, PackNotFound, PactolusError
from pactolus_engine.ports import Matcher
from pactolus_engine.record import StoredInput, read_stored_input
from pactolus_engine.replay.causes import UNEXPLAINED, causes, moved
from pactolus_engine.replay.compare import Comparison, compare, said
from pactolus_engine.replay.pack_change import PackChange
from pactolus_engine.replay.result import Moved, ReplayClass, ReplayResult, Said

__all__ = ["Replayer"]

_REFUSED, _FAILED, _BUNDLE = "refused", "failed", "bundle"
_REQUESTS_OF_OPTIONS: Final = "requests"
_UNREADABLE: Final = (
    "it could not be evaluated: the record has a form that this version cannot read, or met a defect"
)
_REQUESTS: Final = frozenset({"evaluation", "refusal", "failure"})


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
        return OTHER_PACK if self.of and row.event and _pack_of(row) not in {"", self.of} else ""

    def result(self, row: RecordRow) -> ReplayResult:
        """What became of one record; whatever is wrong with it ends here."""
        base = ReplayResult(
            row.index, ReplayClass.ERROR, row.recorded_at, row.leaf_hash.hex(), pack=row.pack_id
        )
        if row.problem:
            return replace(base, result_class=ReplayClass(row.problem), detail=row.detail)
        try:
            stored = read_stored_input(row.input)
            base = replace(base, pack=_named(stored))
            compiled = self._pack_for(row, stored)
            if compiled is None:
                missing = replace(base, result_class=ReplayClass.INPUT_MISSING, detail=_no_pack(stored))
                return replace(missing, recorded=_recorded(row)[2])
            return self._evaluated(base, row, stored, compiled)
        except Exception:  # noqa: BLE001 - one record must not end the rest; its text may hold what a resource held
            return replace(base, detail=_UNREADABLE)

    def _pack_for(self, row: RecordRow, stored: StoredInput) -> CompiledPack | None:
        """The candidate, or the pack that decided; none stands in for a pack that was on no shelf."""
        digest = stored.decided.pack.digest
        if row.output and not digest:
            return None
        return self.candidate or self.packs.get(digest)

    def _evaluated(
        self, base: ReplayResult, row: RecordRow, stored: StoredInput, compiled: CompiledPack
    ) -> ReplayResult:
        settings = settings_of_record(stored.decided.settings, stored.decided.versions, self.limits)
        try:
            again = _twice(partial(answered_again, stored, compiled, self.matcher, settings))
        except PactolusError as failure:
            return _failed(base, row, failure)
        result = replace(base, replayed=said(again.decision) if again.decision else Said(_REFUSED))
        if not row.output:
            return replace(result, result_class=ReplayClass.NEW)
        if again.output == row.output:
            return replace(result, result_class=ReplayClass.IDENTICAL, recorded=result.replayed)
        return self._compared(result, row, stored, again, compiled)

    def _compared(
        self, result: ReplayResult, row: RecordRow, stored: StoredInput, again: Again, compiled: CompiledPack
    ) -> ReplayResult:
        """Of two answers whose bytes differ, which under another pack those of all decisions do."""
        decision, bundle, recorded = _recorded(row)
        result = replace(result, recorded=recorded)
        is_same_pack = compiled.pack.digest == stored.decided.pack.digest
        if decision is None or again.decision is None:
            return self._other_kind(result, stored, compiled)
        found = compare(decision, again.decision, same_pack=is_same_pack)
        options = () if is_same_pack else asking_otherwise(bundle, again.bundle)
        if not is_same_pack and found.result_class is ReplayClass.IDENTICAL and not options:
            return replace(result, result_class=ReplayClass.IDENTICAL)
        change = None if is_same_pack else self._change(stored, compiled)
        rules = moved(decision, again.decision, change, self._other_software(stored))
        if options:
            found, rules = _asking_otherwise(found), _with_options(rules, options)
        return replace(
            result,
            result_class=self._class_of(found, stored, is_same_pack),
            fields=found.fields or (_BUNDLE,),
            moved=rules,
            causes=causes(rules) or (self._ground(stored, compiled),),
        )

    def _other_kind(self, result: ReplayResult, stored: StoredInput, compiled: CompiledPack) -> ReplayResult:
        """Of two answers of which one at least is no decision."""
        is_alike = result.recorded == result.replayed
        kind = ReplayClass.CHANGED_TEXT if is_alike else ReplayClass.CHANGED_OUTCOME
        if compiled.pack.digest == stored.decided.pack.digest and self._other_software(stored):
            kind = ReplayClass.ENGINE_CHANGED
        fields = ("violations",) if is_alike else ("outcome",)
        return replace(result, result_class=kind, fields=fields, causes=(self._ground(stored, compiled),))

    def _class_of(self, found: Comparison, stored: StoredInput, is_same_pack: bool) -> ReplayClass:
        """Where only the Bundles differ, it is the text."""
        if is_same_pack and self._other_software(stored):
            return ReplayClass.ENGINE_CHANGED
        is_bundle = found.result_class is ReplayClass.IDENTICAL
        return ReplayClass.CHANGED_TEXT if is_bundle else found.result_class

    def _change(self, stored: StoredInput, compiled: CompiledPack) -> PackChange:
        """What sets this pack apart from the one that decided, worked out once for each."""
        digest = stored.decided.pack.digest
        if digest not in self._changes:
            before = self.packs.get(digest)
            basis = before.pack if before else stored.decided.parameters
            self._changes[digest] = PackChange.between(basis, compiled.pack)
        return self._changes[digest]

    def _other_software(self, stored: StoredInput) -> str:
        """The version that runs here, empty when all versions are those of the record."""
        return self.software["pactolus"] if dict(stored.decided.versions) != dict(self.software) else ""

    def _ground(self, stored: StoredInput, compiled: CompiledPack) -> str:
        """What a difference comes from where no rule tells more."""
        if compiled.pack.digest != stored.decided.pack.digest:
            return f"pack:{compiled.pack.version}"
        software = self._other_software(stored)
        return f"software:{software}" if software else UNEXPLAINED


def _twice(answer: Callable[[], Again]) -> Again:
    """The answer; asked again where the rule engine stopped, which then is a new one. A result must not depend on how
    busy a machine was."""
    try:
        return answer()
    except MatcherFailed:
        return answer()


def _recorded(row: RecordRow) -> tuple[Decision | None, bytes, Said | None]:
    """The recorded answer, its Bundle and what it said; no decision where the request was refused or failed."""
    if not row.output:
        return None, b"", None
    try:
        decision, bundle = decode_answer(row.output)
    except (InputInvalid, PackNotFound):
        return None, b"", Said(_REFUSED)
    except PactolusError:
        return None, b"", Said(_FAILED)
    return decision, bundle, said(decision)


def _asking_otherwise(found: Comparison) -> Comparison:
    """The same, where an option of both answers asks for something else: it is another option by the same name."""
    is_graver = found.result_class is ReplayClass.CHANGED_OUTCOME
    fields = tuple(sorted({*found.fields, _REQUESTS_OF_OPTIONS}))
    return Comparison(fields, found.result_class if is_graver else ReplayClass.CHANGED_OPTIONS)


def _with_options(rules: tuple[Moved, ...], options: tuple[str, ...]) -> tuple[Moved, ...]:
    """What moved, with these options among what no rule tells, which stands last."""
    told = [one for one in rules if one.rule]
    because = {cause for one in rules if not one.rule for cause in one.because}
    return (*told, Moved("", "", "", tuple(sorted(because | {f"option:{name}" for name in options}))))


def _failed(base: ReplayResult, row: RecordRow, failure: PactolusError) -> ReplayResult:
    """The evaluation fails now; identical when it failed so then."""
    if row.output == encode_refusal(failure):
        told = Said(_FAILED)
        return replace(base, result_class=ReplayClass.IDENTICAL, recorded=told, replayed=told)
    return replace(base, recorded=_recorded(row)[2], detail=f"it could not be evaluated: {failure}")


def _pack_of(row: RecordRow) -> str:
    """The id of the pack that decided, or that was asked for and was on no shelf; empty where neither is told."""
    if row.pack_id or not row.input:
        return row.pack_id
    try:
        return read_stored_input(row.input).decided.pack.id
    except ValueError:
        return ""


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
