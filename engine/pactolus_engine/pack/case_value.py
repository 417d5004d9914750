"""One value of a case: `3e-6`, `{below: 1e-5}`, `{value: 6, standing: not-final}`, `1968`, a list."""

from dataclasses import dataclass
from decimal import Decimal

from pactolus_engine.facts import Standing
from pactolus_engine.pack.exact_number import partial_date
from pactolus_engine.pack.issues import Issues, nearest
from pactolus_engine.pack.model import Fact, FactType
from pactolus_engine.pack.schema import Fields, kind, read_number, read_text, read_words
from pactolus_engine.pack.shapes import CASE_VALUE
from pactolus_engine.pack.yaml_source import Mapping, Node, Scalar
from pactolus_engine.values import Codes, Interval, Members, Value, exactly

__all__ = ["CaseValue", "read_case_value"]

_COMPARATORS = {"below": "<", "at-most": "<=", "above": ">", "at-least": ">="}
_EMPTY = "no value is left between the limits"


@dataclass(frozen=True, slots=True)
class CaseValue:
    """A value as a reading holds it."""

    value: Value | None
    shown: str
    standing: Standing = Standing.FINAL


def read_case_value(fact: Fact, node: Node, issues: Issues) -> CaseValue | None:
    """The value of one fact; None when it cannot be read, which is noted."""
    return _ValueReader(fact, issues).read(node)


class _ValueReader:
    """Reads one value of one fact."""

    def __init__(self, fact: Fact, issues: Issues) -> None:
        self._fact = fact
        self._issues = issues

    def read(self, node: Node) -> CaseValue | None:
        if not isinstance(node, Mapping):
            return self._plain(node)
        comparators = [word for word in _COMPARATORS if word in node.entries]
        if not comparators:
            return self._full(Fields(node, CASE_VALUE, self._issues))
        fields = Fields(node, comparators[:1], self._issues)
        return self._compared(comparators[0], fields)

    def _plain(self, node: Node) -> CaseValue | None:
        match self._fact.type:
            case FactType.DATE:
                days = self._days(node)
                return CaseValue(days, _text(node)) if days else None
            case FactType.SET:
                return self._members(node)
            case FactType.CODE | FactType.BOOLEAN:
                return self._code(node)
            case _:
                number = self._number(node)
                return None if number is None else CaseValue(exactly(number), self._with_unit(_text(node)))

    def _days(self, node: Node) -> Interval | None:
        text = read_text(node, self._issues)
        days = partial_date(text) if text else None
        if text and days is None:
            advice = "`YYYY`, `YYYY-MM` or `YYYY-MM-DD`"
            self._issues.add(node.place, "expected a date, found another text", advice)
        return days

    def _members(self, node: Node) -> CaseValue | None:
        words = read_words(node, self._issues)
        self._check_codes(words)
        members = frozenset(word.text for word in words)
        return CaseValue(Members(members), ", ".join(sorted(members))) if members else None

    def _code(self, node: Node) -> CaseValue | None:
        text = read_text(node, self._issues)
        if text is None or not self._check_codes((Scalar(text, True, node.place),)):
            return None
        return CaseValue(Codes(frozenset({text})), text)

    def _check_codes(self, words: tuple[Scalar, ...]) -> bool:
        before = self._issues.count
        for word in words:
            if word.text not in self._fact.codes:
                advice = nearest(word.text, self._fact.codes, self._issues)
                self._issues.add(word.place, f"not a value of `{self._fact.id}`", advice)
        return self._issues.count == before

    def _number(self, node: Node) -> Decimal | None:
        """A number as a laboratory may state it: in the domain, and not suspect."""
        number, fact = read_number(node, self._issues), self._fact
        if number is None:
            return None
        if fact.type.is_whole and number % 1:
            self._issues.add(node.place, f"`{fact.id}` is a whole number")
            return None
        below = fact.low is not None and number < fact.low
        above = fact.high is not None and number > fact.high
        if below or above or (fact.suspect_from is not None and number >= fact.suspect_from):
            message = f"the value lies outside what is read as `{fact.id}`"
            self._issues.add(node.place, message, "write `{standing: unreadable}`")
            return None
        return number

    def _compared(self, word: str, fields: Fields) -> CaseValue | None:
        if not self._fact.type.is_ordered or self._fact.type is FactType.DATE:
            message = f"`{word}` does not fit `{self._fact.id}`, which is of type `{self._fact.type}`"
            self._issues.add(fields.key_place(word), message)
            return None
        node = fields.optional(word)
        number = self._number(node) if node else None
        if number is None or node is None:
            return None
        fact, closed = self._fact, word.startswith("at-")
        if word in {"below", "at-most"}:
            value = self._interval(fact.low, True, number, closed, node)
        else:
            value = self._interval(number, closed, fact.high, True, node)
        shown = self._with_unit(f"{_COMPARATORS[word]} {_text(node)}")
        return CaseValue(value, shown) if value else None

    def _interval(
        self, low: Decimal | None, low_closed: bool, high: Decimal | None, high_closed: bool, node: Node
    ) -> Interval | None:
        try:
            return Interval(low, low_closed, high, high_closed)
        except ValueError:
            self._issues.add(node.place, _EMPTY)
            return None

    def _full(self, fields: Fields) -> CaseValue | None:
        standing = Standing.FINAL
        if fields.has("standing"):
            standing = Standing(fields.word("standing") or standing)
        if fields.has("value"):
            fields.refuse(["low", "high"], "`value` says it already")
            node = fields.optional("value")
            read = self._plain(node) if node else None
        elif fields.has("low") or fields.has("high"):
            read = self._between(fields)
        else:
            return self._without_value(fields, standing)
        if read is None:
            return None
        if standing in {Standing.UNUSABLE, Standing.UNREADABLE}:
            self._issues.add(fields.key_place("standing"), f"what is `{standing}` has no value")
        return CaseValue(read.value, read.shown, standing)

    def _without_value(self, fields: Fields, standing: Standing) -> CaseValue | None:
        if standing is Standing.FINAL:
            advice = "leave out the fact, or add `standing`"
            self._issues.add(fields.place, "a final result has a value", advice)
            return None
        return CaseValue(None, "", standing)

    def _between(self, fields: Fields) -> CaseValue | None:
        """Both ends included; a missing end is that of the domain."""
        if not self._fact.type.is_ordered:
            message = f"`low` and `high` do not fit `{self._fact.id}`, which is of type `{self._fact.type}`"
            self._issues.add(fields.place, message)
            return None
        before = self._issues.count
        low, high = (self._end(fields, key) for key in ("low", "high"))
        if self._issues.count != before:
            return None
        nodes = [fields.optional(key) for key in ("low", "high")]
        place = next(node for node in nodes if node is not None)
        low_end = self._fact.low if low is None else low.low
        high_end = self._fact.high if high is None else high.high
        value = self._interval(low_end, True, high_end, True, place)
        shown = self._with_unit(" to ".join(_text(node) if node else "…" for node in nodes))
        return CaseValue(value, shown) if value else None

    def _end(self, fields: Fields, key: str) -> Interval | None:
        node = fields.optional(key)
        if node is None:
            return None
        if self._fact.type is FactType.DATE:
            return self._days(node)
        number = self._number(node)
        return None if number is None else exactly(number)

    def _with_unit(self, text: str) -> str:
        unit = self._fact.unit
        return text if unit in {"", "1"} else f"{text} {unit}"


def _text(node: Node) -> str:
    return node.text.strip() if isinstance(node, Scalar) else kind(node)
