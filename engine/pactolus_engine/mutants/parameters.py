"""Mutants of parameters: another value in force."""

from collections.abc import Iterator
from decimal import Context, Decimal

from pactolus_engine.mutants.mutant import ChangedParameter, Mutant
from pactolus_engine.pack.model import Pack
from pactolus_engine.show import show_number

__all__ = ["parameter_mutants"]

_EXACT = Context(prec=100)


def parameter_mutants(pack: Pack) -> Iterator[Mutant]:
    """One unit more and one less of every parameter that has a value, inside the pack's range or not.

    A unit is 1 of a whole number, else 1 in the second digit.
    """
    for name, value in sorted(pack.parameter_values.items()):
        for operator, end in (("shift-up", _EXACT.add), ("shift-down", _EXACT.subtract)):
            changed = end(value, _unit(value))
            yield Mutant(
                f"parameter/{name}/{operator}",
                operator,
                name,
                pack.parameters[name].place,
                f"parameter `{name}`: `{show_number(value)}` becomes `{show_number(changed)}`",
                ChangedParameter(name, changed),
            )


def _unit(value: Decimal) -> Decimal:
    if value == value.to_integral_value():
        return Decimal(1)
    return Decimal((0, (1,), value.adjusted() - 1))
