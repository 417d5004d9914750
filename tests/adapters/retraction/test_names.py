"""A change is found whatever name of the patient it comes under, and one that nobody can own is refused."""

from typing import Any

import pytest

from pactolus_engine.decision import Outcome
from pactolus_engine.errors import InputInvalid
from pactolus_engine.record import read_stored_input
from tests.adapters.retraction.test_retraction import Room, matcher, room, shelf  # noqa: F401 - fixtures
from tests.support.changed import FULL, alone, versioned

SERVER = "https://hospital.example/fhir"
PATIENT = "testpatient-negative"


def _withdrawn(**elements: Any) -> bytes:
    made = {**versioned("entered-in-error", 2), **elements}
    return alone({name: value for name, value in made.items() if value is not None})


def _absolute(server: str = SERVER) -> bytes:
    return _withdrawn(subject={"reference": f"{server}/Patient/{PATIENT}"})


def test_a_withdrawal_under_the_full_url_of_the_patient_retracts(room: Room) -> None:  # noqa: F811
    assert room.send(FULL).decision.outcome is Outcome.OFFER
    assert room.send(_absolute()).decision.outcome is Outcome.RETRACT


def test_the_same_id_on_another_server_takes_nothing_back(room: Room) -> None:  # noqa: F811
    room.send(FULL)
    assert room.send(_absolute("https://other.example/fhir")).decision.outcome is not Outcome.RETRACT


def test_a_server_that_is_known_means_no_more_than_the_id(room: Room) -> None:  # noqa: F811
    known = room.knowing("https://alias.example/fhir")
    known.send(FULL)
    answer = known.send(_absolute("https://alias.example/fhir"))
    assert answer.decision.outcome is Outcome.RETRACT
    stored = read_stored_input(known.log.read(answer.receipt.index).input)
    assert stored.decided.settings["fhir_bases"] == "https://alias.example/fhir"


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_a_withdrawal_that_names_no_patient_is_refused(room: Room, status: str) -> None:  # noqa: F811
    room.send(FULL)
    nobody = _withdrawn(subject=None, status=status)
    with pytest.raises(InputInvalid) as refused:
        room.send(nobody)
    assert [one.field for one in refused.value.violations] == ["patient"]
    told = room.send(nobody, patient=f"Patient/{PATIENT}")
    assert told.decision.outcome is Outcome.RETRACT
