"""`facts.yaml`: every fact but its conditions, which may use facts that stand further down."""

from decimal import Decimal

from pactolus_engine.pack.exact_number import exact_number
from pactolus_engine.pack.grammar import UNIT, VALUE, matches
from pactolus_engine.pack.issues import Issues, nearest
from pactolus_engine.pack.model import (
    COUNT,
    EVALUATION_DATE,
    Absence,
    Changes,
    CodeSet,
    Fact,
    FactType,
    Place,
    Several,
)
from pactolus_engine.pack.read_binding import read_binding
from pactolus_engine.pack.read_derivation import read_derivation
from pactolus_engine.pack.schema import Fields, read_id, read_words
from pactolus_engine.pack.section import Section, read_section
from pactolus_engine.pack.shapes import FACT
from pactolus_engine.pack.yaml_source import Mapping, Node

__all__ = ["RESERVED", "read_facts"]

RESERVED = {EVALUATION_DATE, "samples"}
"""Ids with a meaning of their own: the built-in date, and the key of a case for several samples."""

_MEASURED = {FactType.INTEGER, FactType.QUANTITY, FactType.FRACTION}
_CODED = {FactType.CODE, FactType.SET}


def read_facts(node: Node | None, code_sets: Section[CodeSet], issues: Issues) -> Section[Fact]:
    """Every fact, by id, without `only` and `prefer`; references between facts are not checked here."""

    def read(name: str, body: Mapping, place: Place) -> Fact | None:
        if name in RESERVED:
            issues.add(place, f"`{name}` is built in and cannot be a fact of the pack")
        return _FactReader(name, Fields(body, FACT, issues, place), code_sets, issues).fact()

    return read_section("fact", node, issues, read)


class _FactReader:
    """Reads one fact."""

    def __init__(self, name: str, fields: Fields, code_sets: Section[CodeSet], issues: Issues) -> None:
        self._name = name
        self._fields = fields
        self._code_sets = code_sets
        self._issues = issues

    def fact(self) -> Fact | None:
        fields = self._fields
        title = fields.text("title")
        type_word = fields.word("type")
        absence_word = fields.word("absence")
        if not type_word or not absence_word:
            return None
        fact_type, absence = FactType(type_word), Absence(absence_word)
        low, high, suspect_from = self._domain(fact_type)
        values = self._values(fact_type)
        of = self._of()
        derivation = read_derivation(fields, fact_type, absence, self._issues)
        low = Decimal(0) if derivation and derivation.kind == COUNT else low
        read = None if derivation or fields.has("derive") else fields.required("read")
        fact = Fact(
            id=self._name,
            title=title,
            type=fact_type,
            absence=absence,
            place=fields.place,
            unit=self._unit(fact_type),
            low=low,
            high=high,
            suspect_from=suspect_from,
            values=values,
            assumed_value=self._assumed(fact_type, absence, values, low, high),
            note=self._note(absence),
            supply=self._supply(absence),
            several=self._several(fact_type, of),
            of=of,
            derivation=derivation,
            changes=self._changes(fact_type),
        )
        return read_binding(fact, read, self._code_sets, self._issues) if read else fact

    def _unit(self, fact_type: FactType) -> str:
        if fact_type not in _MEASURED:
            self._fields.refuse(["unit"], f"a fact of type `{fact_type}` has no unit")
            return ""
        unit = self._fields.text("unit")
        node = self._fields.optional("unit")
        if unit and node and not matches(UNIT, unit):
            self._issues.add(node.place, "`unit` is not a UCUM code")
        if unit and node and fact_type is FactType.FRACTION and unit != "1":
            self._issues.add(node.place, "a fraction is a part of 1", 'write `unit: "1"`')
        return unit

    def _domain(self, fact_type: FactType) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        fields, keys = self._fields, ("at-least", "at-most", "suspect-from")
        if fact_type not in _MEASURED:
            fields.refuse(keys, f"a fact of type `{fact_type}` has no limits")
            return None, None, None
        if fact_type is FactType.FRACTION:
            for key in keys[:2]:
                fields.required(key)
        low, high, suspect = (self._limit(key, fact_type) for key in keys)
        if low is not None and high is not None and low >= high:
            self._issues.add(fields.key_place("at-least"), "`at-least` is not below `at-most`")
        elif suspect is not None and not _is_inside(suspect, low, high):
            self._issues.add(fields.key_place("suspect-from"), "`suspect-from` lies outside the domain")
        return low, high, suspect

    def _limit(self, key: str, fact_type: FactType) -> Decimal | None:
        number = self._fields.optional_number(key)
        if number is None:
            return None
        place = self._fields.key_place(key)
        if fact_type.is_whole and number % 1:
            self._issues.add(place, f"`{key}` of a whole number must be whole")
        if fact_type is FactType.FRACTION and not 0 <= number <= 1:
            self._issues.add(place, f"`{key}` of a fraction must lie between 0 and 1")
        return number

    def _values(self, fact_type: FactType) -> tuple[str, ...]:
        if fact_type not in _CODED:
            self._fields.refuse(["values"], f"a fact of type `{fact_type}` has no list of values")
            return ()
        node = self._fields.required("values")
        words = read_words(node, self._issues) if node else ()
        for word in words:
            if not matches(VALUE, word.text):
                self._issues.add(word.place, "not a value", "a value is letters, digits, `.`, `+` and `-`")
        return tuple(word.text for word in words)

    def _assumed(
        self,
        fact_type: FactType,
        absence: Absence,
        values: tuple[str, ...],
        low: Decimal | None,
        high: Decimal | None,
    ) -> str:
        fields = self._fields
        if absence is not Absence.ASSUMED:
            fields.refuse(["assume"], "only a fact with `absence: assumed` is assumed")
            return ""
        if fact_type in {FactType.SET, FactType.DATE}:
            fields.refuse(["assume"], f"a fact of type `{fact_type}` cannot be assumed")
        text, node = fields.text("assume"), fields.optional("assume")
        if not text or node is None:
            return ""
        if fact_type in _MEASURED:
            self._check_assumed_number(text, node, fact_type, low, high)
        elif text not in (("false", "true") if fact_type is FactType.BOOLEAN else values):
            known = ("false", "true") if fact_type is FactType.BOOLEAN else values
            self._issues.add(
                node.place, "the assumed value is not a value of the fact", nearest(text, known, self._issues)
            )
        return text

    def _check_assumed_number(
        self, text: str, node: Node, fact_type: FactType, low: Decimal | None, high: Decimal | None
    ) -> None:
        number = exact_number(text)
        if number is None or (fact_type.is_whole and number % 1):
            self._issues.add(
                node.place, f"the assumed value is no number that a fact of type `{fact_type}` has"
            )
        elif not _is_inside(number, low, high):
            self._issues.add(node.place, "the assumed value lies outside the domain")

    def _note(self, absence: Absence) -> str:
        if absence is Absence.ASSUMED:
            return self._fields.text("note")
        if absence is Absence.REQUIRED:
            self._fields.refuse(["note"], "`note` is for facts that are assumed or optional")
        return self._fields.optional_text("note")

    def _supply(self, absence: Absence) -> str:
        if absence is Absence.REQUIRED and not self._fields.has("derive"):
            return self._fields.text("supply")
        return self._fields.optional_text("supply")

    def _of(self) -> str:
        node = self._fields.optional("of")
        return (read_id(node, self._issues) or "") if node else ""

    def _several(self, fact_type: FactType, of: str) -> Several:
        fields = self._fields
        if not fields.has("several"):
            if fact_type is FactType.SET:
                advice = "write `several: union`, or another way to choose"
                self._issues.add(fields.place, "a set must say what several resources mean together", advice)
            return Several.LATEST
        several = Several(fields.word("several") or Several.LATEST)
        place = fields.key_place("several")
        if several is Several.ANY and fact_type is not FactType.BOOLEAN:
            self._issues.add(place, "`several: any` is for boolean facts")
        if several is Several.UNION and fact_type is not FactType.SET:
            self._issues.add(place, "`several: union` is for sets")
        if of and several in {Several.LATEST, Several.EARLIEST}:
            self._issues.add(place, f"the choice among resources is made by the fact it is `of`, `{of}`")
        return several

    def _changes(self, fact_type: FactType) -> Changes:
        fields = self._fields
        if not fields.has("changes"):
            return Changes.NEVER
        if fields.has("derive"):
            fields.refuse(["changes"], "a derived fact changes with the facts it follows from")
            return Changes.NEVER
        changes = Changes(fields.word("changes") or Changes.NEVER)
        place = fields.key_place("changes")
        if fact_type is FactType.SET and changes is not Changes.NEVER:
            self._issues.add(place, "a set is a record of what was given and does not change")
        if changes is Changes.UPWARDS and fact_type in {FactType.CODE, FactType.DATE}:
            advice = (
                "a day that changes only lies later" if fact_type is FactType.DATE else "codes have no order"
            )
            self._issues.add(
                place, "`changes: upwards` is for numbers and booleans", f"{advice}; write `later`"
            )
        return changes


def _is_inside(number: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    return (low is None or low <= number) and (high is None or number <= high)
