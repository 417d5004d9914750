"""What a generated case is to show: a value beside a threshold, or a condition that decides its rule alone."""

from dataclasses import dataclass
from typing import Protocol

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.conditions import Atom, atoms_of, inline
from pactolus_engine.coverage import own_atoms
from pactolus_engine.derive import base_facts
from pactolus_engine.generate.changes import neighbours
from pactolus_engine.independence import Effects, Half
from pactolus_engine.pack.model import Comparison, Defined
from pactolus_engine.show import show_atom, show_constant
from pactolus_engine.states import States
from pactolus_engine.values import exactly

__all__ = ["Aim", "DecidesAlone", "NextTo"]


class Aim(Protocol):
    """One thing that a patient may show."""

    @property
    def rule(self) -> str:
        """The rule that it is about."""

    def is_met(self, states: States, effects: Effects) -> bool:
        """Whether the patient shows it."""

    def facts(self, effects: Effects) -> tuple[str, ...]:
        """The base facts that bear on it, those of the condition itself first."""

    def slug(self, effects: Effects) -> str:
        """A name for the file, after that of the rule."""

    def title(self, effects: Effects) -> str:
        """What is shown, in words."""


@dataclass(frozen=True, slots=True)
class NextTo:
    """A value at a threshold of a rule, or its exact neighbour. `position`: among the rule's own atoms."""

    rule: str
    position: int
    side: str

    def _atom(self, compiled: CompiledPack) -> Comparison:
        atom = list(own_atoms(compiled.pack.rules[self.rule].condition))[self.position]
        assert isinstance(atom, Comparison)
        return atom

    def is_met(self, states: States, effects: Effects) -> bool:
        """The value is that number and no other."""
        atom = self._atom(effects.compiled)
        number = neighbours(atom, effects.compiled.pack.facts[atom.fact], effects.compiled).get(self.side)
        return number is not None and states[atom.fact].value == exactly(number)

    def facts(self, effects: Effects) -> tuple[str, ...]:
        """What the value follows from."""
        compiled = effects.compiled
        return tuple(base_facts(compiled.pack, self._atom(compiled).fact))

    def slug(self, effects: Effects) -> str:
        """`mrd-just-below-1e-5`."""
        where = "at" if self.side == "at" else f"just-{self.side}"
        fact, shown = self._shown(effects.compiled)
        return f"{fact}-{where}-{shown}"

    def title(self, effects: Effects) -> str:
        """`mrd just below 1e-5`, and the rule that asks."""
        where = "at" if self.side == "at" else f"just {self.side}"
        fact, shown = self._shown(effects.compiled)
        return f"{fact} {where} {shown}, a threshold of {self.rule}"

    def _shown(self, compiled: CompiledPack) -> tuple[str, str]:
        atom = self._atom(compiled)
        return atom.fact, show_constant(atom, compiled.pack.facts[atom.fact])


@dataclass(frozen=True, slots=True)
class DecidesAlone:
    """One half of a pair that shows the independent effect of a condition."""

    half: Half

    @property
    def rule(self) -> str:
        """The rule that it is about."""
        return self.half.rule

    def is_met(self, states: States, effects: Effects) -> bool:
        """The condition has the truth, and turned round by itself it would turn the rule round."""
        return effects.shows(self.half, states)

    def facts(self, effects: Effects) -> tuple[str, ...]:
        """All that bears on the rule, what the condition looks at first."""
        pack = effects.compiled.pack
        facts = effects.facts_of(self.half)
        return tuple(dict.fromkeys(base for fact in facts for base in base_facts(pack, fact)))

    def slug(self, effects: Effects) -> str:
        """`grafts-decides-true`; with a number when the rule asks more than once about the fact."""
        name = _about(effects.condition(self.half))
        own = [one for one in effects.conditions(self.rule) if _about(one) == name]
        number = f"-{own.index(effects.condition(self.half)) + 1}" if len(own) > 1 else ""
        return f"{name}{number}-decides-{self.half.value}"

    def title(self, effects: Effects) -> str:
        """`(grafts < 1) is true and decides grafts-block-asct-isa-krd-x2 alone`."""
        shown = _shown(effects.condition(self.half), effects)
        return f"({shown}) is {self.half.value} and decides {self.rule} alone"

    def why_not(self, effects: Effects) -> str:
        """Why no patient can show it, by the other conditions on the same facts."""
        leaf = effects.condition(self.half)
        own = _facts(leaf, effects)
        beside = [
            other for other in effects.conditions(self.rule) if other != leaf and own & _facts(other, effects)
        ]
        if not beside:
            return "no states of the facts of the rule let it decide alone"
        shown = ", ".join(f"({_shown(other, effects)})" for other in beside)
        return f"the rule asks about {', '.join(f'`{fact}`' for fact in sorted(own))} in {shown} too"


def _about(leaf: Atom | Defined) -> str:
    return leaf.name if isinstance(leaf, Defined) else leaf.fact


def _shown(leaf: Atom | Defined, effects: Effects) -> str:
    return leaf.name if isinstance(leaf, Defined) else show_atom(leaf, effects.compiled.pack.facts[leaf.fact])


def _facts(leaf: Atom | Defined, effects: Effects) -> set[str]:
    return {atom.fact for atom in atoms_of(inline(leaf, effects.compiled.definitions))}
