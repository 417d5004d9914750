"""INVARIANT: the cells of a fact are disjoint, leave nothing out, and no atom changes within one."""

from decimal import Decimal

from hypothesis import HealthCheck, given, settings

from pactolus_engine.cells import Partition
from pactolus_engine.compiled import compile_pack
from pactolus_engine.pack.model import (
    Comparison,
    Membership,
    Operator,
    Pack,
    SetEquality,
    Status,
    StatusTest,
)
from pactolus_engine.states import FactState
from pactolus_engine.values import Codes, Members, Value, exactly
from tests.support.generate import packs
from tests.support.oracle import contains, numbers_to_try

_TESTS = {
    Operator.BELOW: lambda number, constant: number < constant,
    Operator.AT_MOST: lambda number, constant: number <= constant,
    Operator.ABOVE: lambda number, constant: number > constant,
    Operator.AT_LEAST: lambda number, constant: number >= constant,
    Operator.EQUALS: lambda number, constant: number == constant,
}


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(packs())
def test_cells_partition(pack: Pack) -> None:
    for dimension, partition in compile_pack(pack).partitions.items():
        if dimension.endswith(":status"):
            _check_statuses(partition)
        elif partition.fact.type.is_ordered:
            _check_numbers(partition)
        elif partition.cells[-1] is None:
            _check_sets(partition)
        else:
            _check_codes(partition)


def _check_numbers(partition: Partition) -> None:
    atoms = [atom for atom in partition.true_in if isinstance(atom, Comparison)]
    assert len(atoms) == len(partition.true_in)
    hit: set[int] = set()
    for number in numbers_to_try(partition.fact, iter([atom.constant for atom in atoms])):
        place = _only_cell(partition, number)
        hit.add(place)
        assert _mask(partition, exactly(number)) == 1 << place
        for atom in atoms:
            assert _is_true_in(partition, atom, place) is _TESTS[atom.operator](number, atom.constant)
    assert hit == set(range(len(partition.cells))), "an empty cell is an impossible patient"


def _check_codes(partition: Partition) -> None:
    assert {code for cell in partition.cells for code in _codes(cell)} == set(partition.fact.codes)
    for code in partition.fact.codes:
        place = _only_cell(partition, code)
        assert _mask(partition, Codes(frozenset({code}))) == 1 << place
        for atom in partition.true_in:
            assert isinstance(atom, Membership)
            assert _is_true_in(partition, atom, place) is (code in atom.codes)


def _codes(cell: object) -> frozenset[str]:
    assert isinstance(cell, Codes)
    return cell.possible


def _check_sets(partition: Partition) -> None:
    named = [atom.members for atom in partition.true_in if isinstance(atom, SetEquality)]
    for members in [*named, frozenset({"a", "b", "c"}), frozenset({"c", "x"})]:
        mask = _mask(partition, Members(members))
        assert mask.bit_count() == 1
        for atom in partition.true_in:
            assert isinstance(atom, SetEquality)
            assert bool(mask & partition.true_in[atom]) is (members == atom.members)


def _check_statuses(partition: Partition) -> None:
    for status in Status:
        place = _only_cell(partition, status)
        state = FactState(partition.fact.id, None, frozenset({status}))
        assert partition.mask_of(state) == 1 << place
        for atom in partition.true_in:
            assert isinstance(atom, StatusTest)
            assert _is_true_in(partition, atom, place) is (status in atom.statuses)


def _only_cell(partition: Partition, value: Decimal | str) -> int:
    (place,) = [place for place, cell in enumerate(partition.cells) if contains(cell, value)]
    return place


def _mask(partition: Partition, value: Value) -> int:
    return partition.mask_of(FactState(partition.fact.id, value, frozenset({Status.KNOWN})))


def _is_true_in(partition: Partition, atom: Comparison | Membership | StatusTest, place: int) -> bool:
    return bool(partition.true_in[atom] >> place & 1)
