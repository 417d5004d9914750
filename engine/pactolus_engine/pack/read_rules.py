"""`rules/*.yaml`: one rule a file, with one condition and one effect."""

from collections.abc import Mapping as NameMap
from dataclasses import dataclass

from pactolus_engine.decision import Evidence
from pactolus_engine.pack.grammar import VALUE, matches
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import Condition, Effect, Option, Place, Rule
from pactolus_engine.pack.read_conditions import Scope, read_condition
from pactolus_engine.pack.schema import Fields, is_id, kind, read_id, read_mapping, read_text, read_words
from pactolus_engine.pack.section import Section
from pactolus_engine.pack.shapes import BARE_EFFECTS, EFFECTS, RULE
from pactolus_engine.pack.yaml_source import Mapping, Node, Scalar

__all__ = ["declared_definitions", "read_rules", "rule_name"]

_ADVICE = (
    "`conflict`, `hold`, `exclude`, or a map with one of `offer`, `block`, `caveat`, `conclude` and `define`"
)


def rule_name(file: str) -> str:
    """The rule's id as the file name says it."""
    return file.removeprefix("rules/").removesuffix(".yaml")


def declared_definitions(nodes: NameMap[str, Node | None], issues: Issues) -> Section[None]:
    """The names that rules define, found before any condition is read; a name has one rule.

    `nodes`: file → its node, None when the file cannot be read (it may have defined any name).
    """
    first: dict[str, Place] = {}
    for node in nodes.values():
        name = _defined_name(node)
        if name is None:
            continue
        if name.text in first:
            message = f"two rules define `{name.text}`" if is_id(name.text) else "two rules define one name"
            issues.add(name.place, message, f"the other is {first[name.text].file}")
        first.setdefault(name.text, name.place)
    return Section("definition", frozenset(first), readable=None not in nodes.values())


def _defined_name(node: Node | None) -> Scalar | None:
    effect = node.entries.get("effect") if isinstance(node, Mapping) else None
    define = effect.value.entries.get("define") if effect and isinstance(effect.value, Mapping) else None
    return define.value if define and isinstance(define.value, Scalar) else None


def read_rules(
    nodes: NameMap[str, Node | None],
    scope: Scope,
    options: Section[Option],
    evidence: Section[Evidence],
    issues: Issues,
) -> Section[Rule]:
    """Every rule, by id. Only rules without a mistake are in it."""
    section: Section[Rule] = Section("rule", frozenset(map(rule_name, nodes)))
    for file, node in nodes.items():
        if node is None:
            continue
        before = issues.count
        rule = _RuleReader(file, scope, options, evidence, issues).rule(node)
        if rule is not None and issues.count == before:
            section.items[rule.id] = rule
    return section


@dataclass(frozen=True, slots=True)
class _Aim:
    """An effect with what it is aimed at."""

    effect: Effect
    target: str = ""
    value: str = ""
    options: tuple[str, ...] = ()


class _RuleReader:
    """Reads one rule."""

    def __init__(
        self, file: str, scope: Scope, options: Section[Option], evidence: Section[Evidence], issues: Issues
    ) -> None:
        self._file = file
        self._scope = scope
        self._options = options
        self._evidence = evidence
        self._issues = issues

    def rule(self, node: Node) -> Rule | None:
        mapping = read_mapping(node, self._issues)
        if mapping is None:
            return None
        fields = Fields(mapping, RULE, self._issues)
        rule_id = self._id(fields)
        title = fields.text("title")
        condition = self._condition(fields)
        self._scope.parameters.names(fields.words("needs"), self._issues)
        aim = self._aim(fields)
        defines = aim is not None and aim.effect is Effect.DEFINE
        text = fields.optional_text("text") if defines else fields.text("text")
        sources, rationale = self._grounds(fields, is_needed=not defines)
        if condition is None or aim is None:
            return None
        return Rule(
            id=rule_id,
            title=title,
            text=text,
            condition=condition,
            effect=aim.effect,
            place=mapping.place,
            target=aim.target,
            value=aim.value,
            options=aim.options,
            evidence=sources,
            rationale=rationale,
        )

    def _id(self, fields: Fields) -> str:
        rule_id, node = fields.id("id"), fields.optional("id")
        if rule_id and node and rule_id != rule_name(self._file):
            advice = f"rename the file to `rules/{rule_id}.yaml`, or change the id"
            self._issues.add(node.place, "the id is not the name of the file", advice)
        return rule_id

    def _condition(self, fields: Fields) -> Condition | None:
        node = fields.required("when")
        return read_condition(node, self._scope, self._issues) if node else None

    def _grounds(self, fields: Fields, *, is_needed: bool) -> tuple[tuple[str, ...], str]:
        if is_needed and not fields.has("evidence") and not fields.has("rationale"):
            advice = "add `evidence`, or `rationale` with a sentence"
            self._issues.add(fields.place, "the rule has neither evidence nor rationale", advice)
        sources = self._evidence.names(fields.words("evidence"), self._issues)
        return sources, fields.optional_text("rationale")

    def _aim(self, fields: Fields) -> _Aim | None:
        node = fields.required("effect")
        if node is None:
            return None
        if isinstance(node, Scalar) and node.text in BARE_EFFECTS:
            return _Aim(Effect(node.text))
        names = [e for e in EFFECTS if isinstance(node, Mapping) and e in node.entries]
        if not isinstance(node, Mapping) or len(names) != 1:
            self._issues.add(node.place, "not an effect", _ADVICE)
            return None
        effect = names[0]
        return self._aimed(
            effect, Fields(node, EFFECTS[effect], self._issues), node.entries[effect.value].value
        )

    def _aimed(self, effect: Effect, fields: Fields, node: Node) -> _Aim:
        if effect is Effect.CAVEAT:
            return _Aim(effect, options=self._caveat(node))
        target = read_id(node, self._issues) or ""
        if target and effect in {Effect.OFFER, Effect.BLOCK}:
            self._options.find(target, node.place, self._issues)
        value = self._value(fields) if effect is Effect.CONCLUDE else ""
        return _Aim(effect, target=target, value=value)

    def _caveat(self, node: Node) -> tuple[str, ...]:
        """The options it stands beside; empty means all."""
        if isinstance(node, Scalar):
            if read_text(node, self._issues) not in {"all", None}:
                self._issues.add(node.place, "expected `all` or a list of options")
            return ()
        if isinstance(node, Mapping):
            self._issues.add(node.place, f"expected `all` or a list of options, found {kind(node)}")
            return ()
        return self._options.names(read_words(node, self._issues), self._issues)

    def _value(self, fields: Fields) -> str:
        value, node = fields.text("value"), fields.optional("value")
        if value and node and not matches(VALUE, value):
            self._issues.add(node.place, "not a value", "a value is letters, digits, `.`, `+` and `-`")
        return value
