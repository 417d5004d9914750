"""`codes.yaml` and every other coding of a pack: which codes mean what."""

from pactolus_engine.pack import grammar
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import CodeSet, Coding, Fact, FactType, Place
from pactolus_engine.pack.schema import Fields, kind, read_mapping, read_text
from pactolus_engine.pack.section import Section, read_section
from pactolus_engine.pack.shapes import CODE_SET, CODING
from pactolus_engine.pack.yaml_source import Mapping, Node, Sequence

__all__ = ["check_implied_values", "read_code_sets", "read_coding", "read_codings"]


def read_code_sets(node: Node | None, issues: Issues) -> Section[CodeSet]:
    """Every code set, by name; the implied values are only texts so far."""

    def read(name: str, body: Mapping, place: Place) -> CodeSet:
        fields = Fields(body, CODE_SET, issues, place)
        node = fields.required("codes")
        codings = tuple(coding for coding, _ in read_codings(node, issues)) if node else ()
        return CodeSet(name, codings, _implied(fields, issues))

    return read_section("code set", node, issues, read)


def read_codings(node: Node, issues: Issues) -> tuple[tuple[Coding, Place], ...]:
    """The different codes of a list, each with its place."""
    if not isinstance(node, Sequence) or not node.items:
        issues.add(node.place, f"expected a list of codes, found {kind(node)} without any")
        return ()
    codings: dict[tuple[str, str], tuple[Coding, Place]] = {}
    for item in node.items:
        body = read_mapping(item, issues)
        coding = read_coding(Fields(body, CODING, issues), issues) if body else None
        if coding is None:
            continue
        if (coding.system, coding.code) in codings:
            issues.add(item.place, "the code is listed twice")
        codings[coding.system, coding.code] = coding, item.place
    return tuple(codings.values())


def read_coding(fields: Fields, issues: Issues) -> Coding | None:
    """A coding from the keys `system`, `code` and `display` of a map."""
    system, code = fields.text("system"), fields.text("code")
    _check(fields, "system", system, grammar.SYSTEM, "an absolute URI, or `local:` and a name", issues)
    _check(fields, "code", code, grammar.CODE, "printable ASCII without doubled spaces", issues)
    display = fields.optional_text("display")
    return Coding(system, code, display) if system and code else None


def _check(fields: Fields, key: str, text: str, form: str, advice: str, issues: Issues) -> None:
    node = fields.optional(key)
    if text and node and not grammar.matches(form, text):
        issues.add(node.place, f"`{key}` is not well formed", advice)


def _implied(fields: Fields, issues: Issues) -> dict[str, str]:
    node = fields.optional("implies")
    mapping = read_mapping(node, issues) if node else None
    if mapping is None:
        return {}
    values = {name: read_text(entry.value, issues) for name, entry in mapping.entries.items()}
    return {name: value for name, value in values.items() if value is not None}


def check_implied_values(node: Node | None, facts: Section[Fact], issues: Issues) -> None:
    """Notes each `implies` that names no coded fact, or a value that the fact cannot have."""
    if not isinstance(node, Mapping):
        return
    for code_set in node.entries.values():
        implies = code_set.value.entries.get("implies") if isinstance(code_set.value, Mapping) else None
        if implies is None or not isinstance(implies.value, Mapping):
            continue
        for name, entry in implies.value.entries.items():
            fact = facts.find(name, entry.key_place, issues)
            if fact is not None:
                _check_implied(fact, entry.value, issues)


def _check_implied(fact: Fact, node: Node, issues: Issues) -> None:
    if fact.type not in {FactType.CODE, FactType.BOOLEAN}:
        issues.add(node.place, f"a code can only imply a code or boolean, `{fact.id}` is of another type")
        return
    if getattr(node, "text", "").strip() not in fact.values:
        known = ", ".join(f"`{value}`" for value in fact.values)
        issues.add(node.place, f"not a value of `{fact.id}`", f"known: {known}")
