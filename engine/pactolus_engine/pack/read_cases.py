"""`cases/*.yaml`: the stories that show what a pack does, checked against the pack they belong to."""

from collections.abc import Mapping as NameMap
from dataclasses import dataclass
from datetime import UTC, datetime

from pactolus_engine.decision import REVIEW_DATE_RULE, Outcome
from pactolus_engine.facts import FactSet
from pactolus_engine.pack.case import Case, Expectation
from pactolus_engine.pack.grammar import INSTANT, matches
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import Effect, Fact, Option, Pack, Rule
from pactolus_engine.pack.read_case_facts import read_case_facts
from pactolus_engine.pack.schema import Fields, read_mapping, read_text, read_words
from pactolus_engine.pack.section import Section
from pactolus_engine.pack.shapes import CASE, EXPECTATION, REFUSED
from pactolus_engine.pack.yaml_source import Node, Sequence, compose

__all__ = ["CaseScope", "case_name", "is_case", "is_case_overlay", "read_case_nodes", "read_cases"]

_OVERLAY = ".overlay.yaml"


@dataclass(frozen=True, slots=True)
class CaseScope:
    """The names that a case may use."""

    facts: Section[Fact]
    options: Section[Option]
    rules: Section[Rule]
    files: frozenset[str]


def read_cases(files: NameMap[str, bytes], pack: Pack) -> tuple[Case, ...]:
    """Every case of a pack that was read before, sorted by file; raises `PackInvalid` with all issues."""
    issues = Issues()
    nodes = {name: compose(name, files[name], issues) for name in sorted(files) if is_case(name)}
    scope = CaseScope(
        Section.of("fact", pack.facts),
        Section.of("option", pack.options),
        Section.of("rule", pack.rules, also=pack.rules_off),
        frozenset(files),
    )
    cases = read_case_nodes(nodes, scope, issues)
    issues.raise_if_any(pack.id)
    return cases


def case_name(file: str) -> str:
    """The id of a case as the name of its file says it."""
    return file.removeprefix("cases/").removesuffix(".yaml")


def is_case(file: str) -> bool:
    """Whether the name is that of a case."""
    return file.startswith("cases/") and file.endswith(".yaml") and not is_case_overlay(file)


def is_case_overlay(file: str) -> bool:
    """Whether the name is that of an overlay that cases may put in force."""
    return file.startswith("cases/") and file.endswith(_OVERLAY)


def read_case_nodes(nodes: NameMap[str, Node | None], scope: CaseScope, issues: Issues) -> tuple[Case, ...]:
    """The cases among the nodes that have no mistake; None is a file that could not be read."""
    read = [_CaseReader(scope, issues).case(node) for node in nodes.values() if node is not None]
    return tuple(case for case in read if case is not None)


class _CaseReader:
    """Reads one case."""

    def __init__(self, scope: CaseScope, issues: Issues) -> None:
        self._scope = scope
        self._issues = issues

    def case(self, node: Node) -> Case | None:
        mapping = read_mapping(node, self._issues)
        if mapping is None:
            return None
        before = self._issues.count
        fields = Fields(mapping, CASE, self._issues)
        name, at = fields.text("name"), self._instant(fields, "at")
        facts, resources, overlay = self._facts(fields), self._resources(fields), self._overlay(fields)
        earlier, earlier_at = self._earlier(fields), self._instant(fields, "earlier-at")
        expect = self._expect(fields)
        if fields.has("facts") == fields.has("resources"):
            self._issues.add(fields.place, "expected one of `facts` and `resources`")
        if at is None or expect is None or self._issues.count != before:
            return None
        return Case(name, at, facts, resources, expect, mapping.place, overlay, earlier, earlier_at)

    def _instant(self, fields: Fields, key: str) -> datetime | None:
        text = fields.text(key) if key == "at" else fields.optional_text(key)
        node = fields.optional(key)
        if not text or node is None:
            return None
        instant = _instant(text)
        if instant is None:
            advice = "as `2026-03-01T09:00:00Z`"
            self._issues.add(node.place, "expected an instant with its offset, found another text", advice)
        return instant

    def _facts(self, fields: Fields) -> FactSet | None:
        node = fields.optional("facts")
        return read_case_facts(node, self._scope.facts, self._issues) if node else None

    def _resources(self, fields: Fields) -> str:
        file, node = fields.optional_text("resources"), fields.optional("resources")
        if not file or node is None:
            return ""
        return self._file(file, node)

    def _earlier(self, fields: Fields) -> tuple[str, ...]:
        """What was sent before was sent as FHIR, so what follows is sent as FHIR too."""
        if not fields.has("earlier"):
            if fields.has("earlier-at"):
                self._issues.add(fields.key_place("earlier-at"), "`earlier-at` belongs to `earlier`")
            return ()
        if not fields.has("resources"):
            self._issues.add(fields.key_place("earlier"), "`earlier` belongs to `resources`")
        return tuple(self._file(word.text, word) for word in fields.words("earlier"))

    def _file(self, file: str, node: Node) -> str:
        if f"cases/{file}" not in self._scope.files or not file.endswith(".json"):
            self._issues.add(node.place, "no such file", "name a JSON file beside the case")
        return f"cases/{file}"

    def _overlay(self, fields: Fields) -> str:
        file, node = fields.optional_text("overlay"), fields.optional("overlay")
        if not file or node is None:
            return ""
        if f"cases/{file}" not in self._scope.files or not file.endswith(_OVERLAY):
            advice = f"name a file beside the case that ends in `{_OVERLAY}`"
            self._issues.add(node.place, "no such overlay", advice)
        return f"cases/{file}"

    def _expect(self, fields: Fields) -> Expectation | None:
        node = fields.required("expect")
        mapping = read_mapping(node, self._issues) if node else None
        if mapping is None:
            return None
        expect = Fields(mapping, EXPECTATION, self._issues)
        if expect.has(REFUSED):
            return self._refusal(expect, is_from_fhir=fields.has("resources"))
        outcome = expect.word("outcome")
        fired = self._scope.rules.names(expect.words("fired"), self._issues)
        not_fired = self._scope.rules.names(expect.words("not-fired"), self._issues)
        if set(fired) & set(not_fired):
            self._issues.add(expect.key_place("not-fired"), "a rule cannot be fired and not fired")
        options = self._names(expect, "options", self._scope.options)
        missing = self._names(expect, "missing", self._scope.facts)
        conclusions = self._conclusions(expect)
        off = self._names(expect, "off", self._scope.rules)
        replacement, status = self._retraction(expect, outcome)
        if not outcome:
            return None
        return Expectation(
            Outcome(outcome),
            options,
            fired,
            not_fired,
            missing,
            conclusions,
            off,
            replacement=replacement,
            status=status,
            reasons=self._reasons(expect),
            caveats=self._caveats(expect),
            assumed=self._names(expect, "assumed", self._scope.facts),
        )

    def _retraction(self, expect: Fields, outcome: str) -> tuple[Outcome | None, str | None]:
        """What only a RETRACT has."""
        read: dict[str, str] = {}
        for key in ("replacement", "status"):
            if expect.has(key):
                read[key] = expect.word(key)
                if outcome and outcome != Outcome.RETRACT:
                    self._issues.add(expect.key_place(key), f"`{key}` belongs to the outcome `RETRACT`")
        replacement = read.get("replacement")
        return Outcome(replacement) if replacement else None, read.get("status") or None

    def _refusal(self, expect: Fields, *, is_from_fhir: bool) -> Expectation:
        """An input that must be refused: there is no decision to look at."""
        decided = [key for key in EXPECTATION.names if key != REFUSED]
        expect.refuse(decided, "an input that is refused comes to no decision")
        if not is_from_fhir:
            message = "only `resources` can be refused; what is under `facts` was read already"
            self._issues.add(expect.key_place(REFUSED), message)
        return Expectation(None, refused=tuple(sorted(word.text for word in expect.words(REFUSED))))

    def _names(
        self, expect: Fields, key: str, section: Section[Fact] | Section[Option] | Section[Rule]
    ) -> tuple[str, ...] | None:
        """A list that may be empty; None when the key is left out."""
        node = expect.optional(key)
        if node is None:
            return None
        if isinstance(node, Sequence) and not node.items:
            return ()
        return section.names(read_words(node, self._issues), self._issues)

    def _reasons(self, expect: Fields) -> tuple[str, ...] | None:
        """Rules, and the one that is built in."""
        node = expect.optional("reasons")
        if node is None or (isinstance(node, Sequence) and not node.items):
            return None if node is None else ()
        words = read_words(node, self._issues)
        own = tuple(word for word in words if word.text != REVIEW_DATE_RULE)
        self._scope.rules.names(own, self._issues)
        return tuple(word.text for word in words)

    def _caveats(self, expect: Fields) -> dict[str, tuple[str, ...]] | None:
        """For each option that is named, the rules whose caveats stand beside it; the list may be empty."""
        node = expect.optional("caveats")
        mapping = read_mapping(node, self._issues) if node else None
        if mapping is None:
            return None
        found: dict[str, tuple[str, ...]] = {}
        beside = Fields(mapping, mapping.entries, self._issues)
        for option, entry in mapping.entries.items():
            self._scope.options.find(option, entry.key_place, self._issues)
            found[option] = self._names(beside, option, self._scope.rules) or ()
        return found

    def _conclusions(self, expect: Fields) -> dict[str, str] | None:
        node = expect.optional("conclusions")
        mapping = read_mapping(node, self._issues) if node else None
        if mapping is None:
            return None
        found: dict[str, str] = {}
        for name, entry in mapping.entries.items():
            value = read_text(entry.value, self._issues)
            if value is not None and not self._is_concluded(name, value):
                self._issues.add(entry.key_place, "no rule concludes this value of this finding")
            found[name] = value or ""
        return found

    def _is_concluded(self, name: str, value: str) -> bool:
        rules = self._scope.rules
        known = {(r.target, r.value) for r in rules.items.values() if r.effect is Effect.CONCLUDE}
        # A rule that could not be read may be the one.
        return (name, value) in known or len(rules.items) < len(rules.declared)


def _instant(text: str) -> datetime | None:
    if not matches(INSTANT, text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
