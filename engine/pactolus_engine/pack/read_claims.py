"""`properties.yaml`: what the author claims of every patient, for `pactolus rules prove`."""

from collections.abc import Callable, Iterable
from collections.abc import Mapping as NameMap
from typing import TypeVar

from pactolus_engine.decision import Outcome
from pactolus_engine.pack.claims import Accepted, Claims, Code, Gap, Monotone, Property, Result
from pactolus_engine.pack.condition_parts import definitions_of
from pactolus_engine.pack.issues import Issues, nearest, quoted
from pactolus_engine.pack.model import Absence, Condition, Effect, Option, Place, Rule, RuleOff
from pactolus_engine.pack.read_conditions import Scope, named_parameters, read_condition
from pactolus_engine.pack.schema import Fields, kind, read_id, read_mapping, read_text, read_word, read_words
from pactolus_engine.pack.section import Section, read_section
from pactolus_engine.pack.yaml_source import Mapping, Node, Sequence

__all__ = ["check_claims", "read_claims"]

_PARTS = ("properties", "monotone", "gaps", "accepted")
_RESULTS = ("outcomes", "offers", "concludes")
_OF_COMPLETE = (Outcome.OFFER, Outcome.CONCLUDED, Outcome.OUT_OF_SCOPE, Outcome.HOLD, Outcome.CONFLICT)
"""The outcomes of a patient of whom all is known."""

_ONE_RESULT = "one of `outcomes`, `offers` and `concludes`"

T = TypeVar("T")


def read_claims(
    node: Node | None, scope: Scope, options: Section[Option], rules: Section[Rule], issues: Issues
) -> Claims:
    """The claims of a pack; those with a mistake are left out and noted. `node`: None when unreadable."""
    mapping = read_mapping(node, issues) if node else None
    if mapping is None:
        return Claims()
    return _ClaimsReader(scope, options, rules, issues).claims(Fields(mapping, _PARTS, issues))


def check_claims(
    claims: Claims, rules_off: NameMap[str, RuleOff], rules: NameMap[str, Rule], issues: Issues
) -> None:
    """Notes claims that rest on a definition which is off until a site sets a parameter."""
    off = {rules[name].target for name in rules_off if rules[name].effect is Effect.DEFINE}
    resting: list[Property | Gap] = [*claims.properties.values(), *claims.gaps.values()]
    for claim in resting:
        for name in sorted(off & {*definitions_of(claim.when)}):
            message = f"`when` rests on `{name}`, which is off until a site sets a parameter"
            issues.add(claim.place, message, "give the parameter a default")


class _ClaimsReader:
    """Reads the file part by part."""

    def __init__(self, scope: Scope, options: Section[Option], rules: Section[Rule], issues: Issues) -> None:
        self._scope = scope
        self._options = options
        self._rules = rules
        self._issues = issues

    def claims(self, fields: Fields) -> Claims:
        properties = self._part(fields, "properties", self._property)
        monotone = self._part(fields, "monotone", self._monotone)
        gaps = self._part(fields, "gaps", self._gap)
        known = {*properties.declared, *monotone.declared, *gaps.declared}
        accepted = self._accepted(fields.optional("accepted"), known)
        return Claims(properties.items, monotone.items, gaps.items, accepted)

    def _part(self, fields: Fields, key: str, read: Callable[[str, Mapping, Place], T | None]) -> Section[T]:
        if not fields.has(key):
            return Section(key)
        return read_section(key, fields.optional(key), self._issues, read)

    def _property(self, name: str, body: Mapping, place: Place) -> Property | None:
        fields = Fields(body, ("title", "when", "unknown", "always", "never"), self._issues, place)
        title = fields.text("title")
        when = self._when(fields)
        unknown = self._unknown(fields)
        said = [key for key in ("always", "never") if fields.has(key)]
        if len(said) != 1:
            self._issues.add(place, "a property says one of `always` and `never`")
            return None
        result = self._result(fields.optional(said[0]), open_too=fields.has("unknown"))
        if when is None or result is None:
            return None
        return Property(name, title, when, said == ["always"], result, unknown, place)

    def _monotone(self, name: str, body: Mapping, place: Place) -> Monotone | None:
        fields = Fields(body, ("title", "as", "never-appears"), self._issues, place)
        title = fields.text("title")
        moved = self._moved(fields.required("as"))
        result = self._result(fields.required("never-appears"))
        if moved is None or result is None:
            return None
        return Monotone(name, title, moved[0], moved[1], result, place)

    def _gap(self, name: str, body: Mapping, place: Place) -> Gap | None:
        fields = Fields(body, ("reason", "when"), self._issues, place)
        reason, when = fields.text("reason"), self._when(fields)
        return Gap(name, reason, when, place) if when else None

    def _when(self, fields: Fields) -> Condition | None:
        node = fields.required("when")
        if node is None:
            return None
        for name in sorted({*named_parameters(node)}):
            if name in self._scope.parameters.items and name not in self._scope.values:
                message = f"`when` rests on `{name}`, which has no value until a site sets one"
                self._issues.add(node.place, message, "write the number, or give the parameter a default")
        return read_condition(node, self._scope, self._issues)

    def _unknown(self, fields: Fields) -> tuple[str, ...]:
        names: list[str] = []
        for word in fields.words("unknown"):
            fact = self._scope.facts.find(word.text, word.place, self._issues)
            if fact is None:
                continue
            if fact.absence is not Absence.REQUIRED or fact.derivation is not None:
                advice = "name required facts that are sent; for others, test `absent` in `when`"
                self._issues.add(word.place, f"`{fact.id}` is not unknown when nobody sends it", advice)
                continue
            names.append(fact.id)
        return tuple(names)

    def _moved(self, node: Node | None) -> tuple[str, bool] | None:
        mapping = read_mapping(node, self._issues) if node else None
        if mapping is None:
            return None
        fields = Fields(mapping, ("rises", "falls"), self._issues)
        said = [key for key in ("rises", "falls") if fields.has(key)]
        if len(said) != 1:
            self._issues.add(mapping.place, "expected one of `rises` and `falls`", "as `{rises: mrd}`")
            return None
        name = fields.id(said[0])
        place = mapping.entries[said[0]].value.place
        fact = self._scope.facts.find(name, place, self._issues) if name else None
        if fact is None:
            return None
        if not fact.type.is_ordered:
            self._issues.add(place, f"`{fact.id}` is of type `{fact.type}`, which neither rises nor falls")
            return None
        return fact.id, said == ["rises"]

    def _result(self, node: Node | None, *, open_too: bool = False) -> Result | None:
        mapping = read_mapping(node, self._issues) if node else None
        if mapping is None:
            return None
        fields = Fields(mapping, _RESULTS, self._issues)
        said = [key for key in _RESULTS if fields.has(key)]
        if len(said) != 1:
            self._issues.add(mapping.place, "not a result", _ONE_RESULT)
            return None
        value = mapping.entries[said[0]].value
        match said[0]:
            case "outcomes":
                return self._outcomes(value, open_too)
            case "offers":
                option = read_id(value, self._issues)
                found = option and self._options.find(option, value.place, self._issues)
                return Result(option=found.id) if found else None
            case _:
                return self._conclusions(value)

    def _outcomes(self, node: Node, open_too: bool) -> Result | None:
        known = [one.value for one in _OF_COMPLETE] + ([Outcome.NEED_DATA.value] if open_too else [])
        before = self._issues.count
        read = [read_word(word, known, "`outcomes`", self._issues) for word in read_words(node, self._issues)]
        words = [word for word in read if word is not None]
        return Result(tuple(map(Outcome, words))) if words and self._issues.count == before else None

    def _conclusions(self, node: Node) -> Result | None:
        mapping = read_mapping(node, self._issues)
        stated = {(r.target, r.value) for r in self._rules.items.values() if r.effect is Effect.CONCLUDE}
        before = self._issues.count
        found = []
        for name, entry in (mapping.entries if mapping else {}).items():
            value = read_text(entry.value, self._issues) or ""
            found.append((name, value))
            if self._is_known(self._rules) and (name, value) not in stated:
                self._issues.add(entry.key_place, f"no rule concludes {quoted(name)} with that value")
        return Result(conclusions=tuple(found)) if found and self._issues.count == before else None

    def _is_known(self, section: Section[Rule]) -> bool:
        """Whether every rule could be read, so that what is not among them is nowhere."""
        return section.readable and section.declared == section.items.keys()

    def _accepted(self, node: Node | None, claims: Iterable[str]) -> tuple[Accepted, ...]:
        if node is None:
            return ()
        if not isinstance(node, Sequence):
            self._issues.add(node.place, f"expected a list, found {kind(node)}")
            return ()
        rules = self._rules.items.values()
        findings = {rule.target for rule in rules if rule.effect is Effect.CONCLUDE}
        known = {*self._rules.declared, *self._options.declared, *findings, *claims}
        read = [self._acceptance(item, known) for item in node.items]
        return tuple(one for one in read if one is not None)

    def _acceptance(self, node: Node, known: set[str]) -> Accepted | None:
        mapping = read_mapping(node, self._issues)
        if mapping is None:
            return None
        fields = Fields(mapping, ("finding", "about", "reason"), self._issues)
        code = fields.word("finding", [one.value for one in Code])
        about, reason = fields.id("about"), fields.text("reason")
        if about and about not in known:
            place = mapping.entries["about"].value.place
            message = f"there is no rule, option, finding or claim {quoted(about)}"
            self._issues.add(place, message, nearest(about, known, self._issues))
            return None
        return Accepted(Code(code), about, reason, mapping.place) if code and about and reason else None
