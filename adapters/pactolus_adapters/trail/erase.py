"""Forgets a patient: destroys the keys of everything recorded about them, and records that it did.

The numbers, leaves, proofs and request ids of the erased records stay. What cannot be read any more is all
that was encrypted under the destroyed keys, and what these records were found by.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pactolus_adapters.trail.events import Actor, Event, EventRecorder, event_digest, event_record
from pactolus_engine.errors import InputInvalid, PatientMoved, Violation
from pactolus_engine.ports import DestroyKey, Receipt
from pactolus_engine.trail import AuditTrail, Reach

__all__ = ["Erased", "Erasure", "nothing_recorded", "patient_name"]

_TRIES: Final = 16
"""How often what was recorded during the erasure is erased too."""

_LONGEST_GROUND: Final = 500
_LONGEST_NAME: Final = 512
_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: the records of it, one for each key, and how many records cannot be read any more."""

    receipts: tuple[Receipt, ...] = ()
    records: int = 0


def patient_name(written: str) -> str:
    """A patient as records name them: `Type/id`, a URL or `system|value`; a bare id is that of a Patient.

    Raises `InputInvalid`.
    """
    if not written or len(written) > _LONGEST_NAME:
        expected = "expected `Type/id`, an id of a Patient, a URL, or an identifier `system|value`"
        raise InputInvalid([Violation("patient", expected)])
    return f"Patient/{written}" if _ID.fullmatch(written) else written


def nothing_recorded() -> InputInvalid:
    """That a patient is not known, for whoever must not take a mistyped name for an erasure."""
    return InputInvalid([Violation("patient", "nothing is recorded under this name for this tenant")])


@dataclass(frozen=True, slots=True)
class Erasure:
    """The use case over a log.

    `remember`: keeps the id of a key outside the log, durably, before the key is destroyed: a backup that is
    restored later must not bring it back. `forget`: drops what this process remembers of records.
    """

    trail: AuditTrail
    recorder: EventRecorder
    remember: Callable[[str], None]
    forget: Callable[[], None] = lambda: None

    def planned(self, tenant: str, patient: str) -> Reach:
        """What `erase` would erase now. Changes nothing."""
        return self.trail.reach(self.trail.pseudonyms(tenant, (patient_name(patient),)))

    def erase(self, actor: Actor, patient: str, ground: str, request_id: str = "") -> Erased:
        """Erases a patient of the actor's tenant under every name; what arrives meanwhile too.

        `ground`: why, in words; it is kept. With a `request_id` that was answered before, the answer of then
        comes back and nothing is erased. Raises `InputInvalid`, `PatientMoved` when records keep arriving, and
        as `AuditLog.append`.
        """
        name = patient_name(patient)
        _check_ground(ground, name)
        asked = {"ground": ground, "patient_pseudonym": self.trail.pseudonyms(actor.tenant, (name,))[0]}
        earlier = self._earlier(actor, asked, request_id)
        if earlier is not None:
            return earlier
        erased = self._erased(actor, asked["patient_pseudonym"], ground)
        if not request_id:
            return erased
        answer = Event("erasure", asked, request_id=request_id, output=_written(erased))
        record = event_record(actor, answer, self.recorder.clock())
        return _read(self.trail.append(record)[1])

    def _earlier(self, actor: Actor, asked: dict[str, str], request_id: str) -> Erased | None:
        digest = event_digest("erasure", asked)
        found = self.trail.answered(actor.tenant, actor.client, request_id, digest) if request_id else None
        return None if found is None else _read(found[1])

    def _erased(self, actor: Actor, pseudonym: str, ground: str) -> Erased:
        names: tuple[str, ...] = (pseudonym,)
        receipts: list[Receipt] = []
        records = 0
        for _ in range(_TRIES):
            # What led from one name to the next is erased with the records, so the names are kept here.
            found = self.trail.reach(names)
            if not found.keys:
                return Erased(tuple(receipts), records)
            names = found.pseudonyms
            for key_id, count in found.keys.items():
                receipts.append(self._destroyed(actor, key_id, count, ground))
            records += found.records
            self.forget()
        raise PatientMoved("records about this patient keep arriving; stop what sends them and erase again")

    def _destroyed(self, actor: Actor, key_id: str, count: int, ground: str) -> Receipt:
        self.remember(key_id)
        details = {"ground": ground, "records": str(count)}
        return self.recorder.record(actor, Event("erasure", details, change=DestroyKey(key_id)))


def _check_ground(ground: str, name: str) -> None:
    if not ground.strip() or len(ground) > _LONGEST_GROUND:
        expected = f"expected the legal ground of the erasure in 1 to {_LONGEST_GROUND} characters"
        raise InputInvalid([Violation("ground", expected)])
    said = ground.casefold()
    if any(part.casefold() in said for part in (name, name.rpartition("|")[2].rpartition("/")[2]) if part):
        raise InputInvalid([Violation("ground", "names the patient; it is kept after the patient is erased")])


def _written(erased: Erased) -> bytes:
    receipts = [[one.log_origin, one.index, b64encode(one.leaf_hash).decode()] for one in erased.receipts]
    return json.dumps({"receipts": receipts, "records": erased.records}).encode()


def _read(answer: bytes) -> Erased:
    found = json.loads(answer)
    receipts = (Receipt(origin, index, b64decode(leaf)) for origin, index, leaf in found["receipts"])
    return Erased(tuple(receipts), found["records"])
