"""A pack with all that its author wrote, for the tools of authors; what decides needs only the `Pack`."""

from collections.abc import Mapping
from dataclasses import dataclass

from pactolus_engine.pack.case import Case
from pactolus_engine.pack.check_facts import part
from pactolus_engine.pack.model import Pack, Place, Rule
from pactolus_engine.pack.yaml_source import Mapping as MappingNode
from pactolus_engine.pack.yaml_source import Node

__all__ = ["WholePack"]


@dataclass(frozen=True, slots=True)
class WholePack:
    """`rules`: every rule with its condition, those that are off too (there the lowest value of a
    parameter stands in for the one that is missing). `nodes`: file → what was written in it."""

    pack: Pack
    rules: Mapping[str, Rule]
    cases: tuple[Case, ...]
    nodes: Mapping[str, Node | None]

    def place_in(self, file: str, name: str) -> Place:
        """Where a file that maps ids to things has this id."""
        node = self.nodes.get(file)
        entry = node.entries.get(name) if isinstance(node, MappingNode) else None
        return entry.key_place if entry else Place(file, 1, 1)

    def written(self, file: str, *keys: str) -> Node | None:
        """The node below these keys of a file; None when there is none."""
        return part(self.nodes.get(file), *keys)
