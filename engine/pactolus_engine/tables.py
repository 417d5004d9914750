"""The rules of a pack as decision tables: a row for every way in which a rule comes true, a column a fact.

Groups stand in the order in which the effects decide. Definitions are put in. Of a wide group the rows are
laid out in blocks, so that every block has few columns, and only those that its rows look at.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pactolus_engine.compiled import MAXIMUM_BRANCHES, CompiledPack
from pactolus_engine.conditions import Branch, branches_when
from pactolus_engine.pack.model import Effect, Fact, Rule
from pactolus_engine.words import literal_words

__all__ = ["COLUMNS", "NOT_LOOKED_AT", "Block", "Group", "Row", "Table", "table_of"]

COLUMNS = 5
"""Facts in one block, as long as no single row looks at more."""

NOT_LOOKED_AT = "-"
"""The cell of a fact that the rule does not look at."""

_ORDER = (
    (Effect.CONFLICT, "CONFLICT: the data contradict each other; comes before everything else"),
    (Effect.HOLD, "HOLD: wait; comes before scope and options"),
    (Effect.EXCLUDE, "OUT_OF_SCOPE: the evidence does not cover this patient; comes before options"),
    (Effect.OFFER, "OFFER: options that are offered, unless blocked below"),
    (Effect.BLOCK, "Blocked: options that are not offered, whatever offers them"),
    (Effect.CONCLUDE, "Findings"),
    (Effect.CAVEAT, "Caveats: they stand beside options and findings and decide nothing"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One way in which a rule comes true: all its cells hold together. `gives`: what it then does."""

    rule: str
    title: str
    gives: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows under the facts that they look at; `columns`: fact id and title."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The rules of one effect."""

    effect: Effect
    heading: str
    blocks: tuple[Block, ...]

    @property
    def tells_gives(self) -> bool:
        """Whether the rows do different things, so that a column must say which."""
        return self.effect not in {Effect.CONFLICT, Effect.HOLD, Effect.EXCLUDE}


@dataclass(frozen=True, slots=True)
class Table:
    """A pack as tables. `off`: rules that decide nothing here, with the parameters they wait for."""

    title: str
    version: str
    groups: tuple[Group, ...]
    off: tuple[tuple[str, str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Way:
    """One branch of a rule: fact → the condition on it, in words."""

    rule: Rule
    words: dict[str, str]


def table_of(compiled: CompiledPack, rules: Collection[str] = (), effects: Collection[Effect] = ()) -> Table:
    """The tables of a pack; of some rules or effects alone, if they are named."""
    pack = compiled.pack
    wanted = [
        rule
        for rule in (pack.rules[name] for name in sorted(compiled.conditions))
        if (not rules or rule.id in rules) and (not effects or rule.effect in effects)
    ]
    groups = (_group(effect, heading, wanted, compiled) for effect, heading in _ORDER)
    off = tuple(
        (rule.id, rule.title, rule.parameters)
        for _, rule in sorted(pack.rules_off.items())
        if (not rules or rule.id in rules) and (not effects or rule.effect in effects)
    )
    return Table(pack.title, pack.version, tuple(group for group in groups if group.blocks), off)


def _group(effect: Effect, heading: str, rules: Sequence[Rule], compiled: CompiledPack) -> Group:
    own = [rule for rule in rules if rule.effect is effect]
    ways = [way for rule in own for way in _ways(rule, compiled)]
    return Group(effect, heading, tuple(_block(block, compiled) for block in _blocks(ways)))


def _ways(rule: Rule, compiled: CompiledPack) -> Iterator[_Way]:
    branches = branches_when(compiled.conditions[rule.id], True, MAXIMUM_BRANCHES)
    facts = compiled.pack.facts
    ways = [_Way(rule, dict(sorted(_words(branch, facts)))) for branch in branches]
    yield from sorted(ways, key=lambda way: tuple(way.words.items()))


def _words(branch: Branch, facts: dict[str, Fact]) -> Iterator[tuple[str, str]]:
    """Fact → everything that the branch asks of it."""
    for name in {atom.fact for atom, _ in branch}:
        own = ((atom, wanted) for atom, wanted in branch if atom.fact == name)
        phrases = sorted(literal_words(atom, wanted, facts[name]) for atom, wanted in own)
        yield name, " and ".join(phrases)


def _blocks(ways: Sequence[_Way]) -> list[list[_Way]]:
    """Rows that look at the same facts together; a row joins the block to which it adds fewest columns."""
    blocks: list[tuple[set[str], list[_Way]]] = []
    for way in sorted(ways, key=lambda each: (-len(each.words), each.rule.id)):
        own = set(way.words)
        fitting = [block for block in blocks if len(block[0] | own) <= max(COLUMNS, len(block[0]))]
        if not fitting:
            blocks.append((own, [way]))
            continue
        columns, rows = min(fitting, key=lambda block: len(own - block[0]))
        columns |= own
        rows.append(way)
    return [rows for _, rows in blocks]


def _block(ways: Sequence[_Way], compiled: CompiledPack) -> Block:
    facts = compiled.pack.facts
    names = sorted({name for way in ways for name in way.words}, key=lambda name: _rank(name, ways, facts))
    ordered = sorted(ways, key=lambda way: (way.rule.id, tuple(way.words.items())))
    rows = tuple(
        Row(
            way.rule.id,
            way.rule.title,
            _gives(way.rule),
            tuple(way.words.get(name, NOT_LOOKED_AT) for name in names),
        )
        for way in ordered
    )
    return Block(tuple((name, facts[name].title) for name in names), rows)


def _rank(name: str, ways: Sequence[_Way], facts: dict[str, Fact]) -> tuple[int, int]:
    """Facts that most rows look at come first, then the order of the pack."""
    return -sum(name in way.words for way in ways), list(facts).index(name)


def _gives(rule: Rule) -> str:
    match rule.effect:
        case Effect.OFFER | Effect.BLOCK:
            return f"{rule.effect.value} {rule.target}"
        case Effect.CONCLUDE:
            return f"{rule.target} = {rule.value}"
        case Effect.CAVEAT:
            return f"caveat: {', '.join(rule.options) or 'all options'}"
        case _:
            return rule.effect.value
