"""`evidence.yaml`: the sources that rules and options rest on."""

from pactolus_engine.decision import Evidence
from pactolus_engine.pack.grammar import DOI, URL, matches
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import Place
from pactolus_engine.pack.schema import Fields
from pactolus_engine.pack.section import Section, read_section
from pactolus_engine.pack.shapes import EVIDENCE
from pactolus_engine.pack.yaml_source import Mapping, Node

__all__ = ["read_evidence"]


def read_evidence(node: Node | None, issues: Issues) -> Section[Evidence]:
    """Every source, by id."""

    def read(name: str, body: Mapping, place: Place) -> Evidence:
        fields = Fields(body, EVIDENCE, issues, place)
        doi = _matching(fields, "doi", DOI, "as `10.1056/NEJMoa2505133`", issues)
        url = _matching(fields, "url", URL, "it begins with `https://`", issues)
        return Evidence(name, fields.text("citation"), fields.text("statement"), doi, url)

    return read_section("evidence", node, issues, read)


def _matching(fields: Fields, key: str, grammar: str, advice: str, issues: Issues) -> str:
    text = fields.optional_text(key)
    node = fields.optional(key)
    if text and node and not matches(grammar, text):
        issues.add(node.place, f"`{key}` is not well formed", advice)
    return text
