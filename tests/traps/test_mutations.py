"""Every trap is guarded: a mistake planted in what guards it makes one of its own cases fail."""

import pytest

from tests.traps.conftest import SCORE
from tests.traps.mutate import MUTATIONS, Mutation, mutated_files, plant
from tests.traps.run import TRAPS, failures, loaded, pack_files, trap_cases


def test_every_trap_has_a_mutation() -> None:
    assert {mutation.trap for mutation in MUTATIONS} == set(TRAPS)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: f"{mutation.trap}-{mutation.where}")
def test_a_case_of_the_trap_catches_the_mistake(
    mutation: Mutation, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    files = mutated_files(pack_files(), mutation) if mutation.is_in_pack else pack_files()
    own = [trap.case for trap in trap_cases() if trap.trap == mutation.trap]
    packs = {overlay: loaded(files, overlay) for overlay in {case.overlay for case in own}}
    if not mutation.is_in_pack:
        plant(mutation, monkeypatch)
    is_caught = any(failures(case, packs[case.overlay]) for case in own)
    pytestconfig.stash.setdefault(SCORE, {}).setdefault(mutation.trap, []).append(is_caught)
    assert is_caught, "no case of the trap fails"


def test_a_mistake_is_gone_after_the_test() -> None:
    """What was planted above is undone: the same cases are as they say again."""
    again = [trap for trap in trap_cases() if trap.trap in {"T03", "T12", "T20", "T47", "T59"}]
    assert [trap.name for trap in again if failures(trap.case, loaded(pack_files(), trap.case.overlay))] == []
