"""`options.yaml`: what may be offered, as a CarePlan would put it."""

from pactolus_engine.decision import Evidence
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import Option, Place, Request
from pactolus_engine.pack.read_codes import read_coding
from pactolus_engine.pack.schema import Fields, kind, read_mapping
from pactolus_engine.pack.section import Section, read_section
from pactolus_engine.pack.shapes import CODING, OPTION, REQUEST
from pactolus_engine.pack.yaml_source import Mapping, Node, Sequence

__all__ = ["read_options"]


def read_options(node: Node | None, evidence: Section[Evidence], issues: Issues) -> Section[Option]:
    """Every option, by id."""

    def read(name: str, body: Mapping, place: Place) -> Option:
        fields = Fields(body, OPTION, issues, place)
        sources = evidence.names(fields.words("evidence"), issues)
        requests = _requests(fields.required("requests"), issues)
        return Option(name, fields.text("title"), fields.text("description"), sources, requests, place)

    return read_section("option", node, issues, read)


def _requests(node: Node | None, issues: Issues) -> tuple[Request, ...]:
    if node is None:
        return ()
    if not isinstance(node, Sequence) or not node.items:
        issues.add(node.place, f"expected a list of requests, found {kind(node)} without any")
        return ()
    bodies = [read_mapping(item, issues) for item in node.items]
    return tuple(_request(Fields(body, REQUEST, issues), issues) for body in bodies if body)


def _request(fields: Fields, issues: Issues) -> Request:
    what = fields.word("kind")
    is_coded = any(fields.has(key) for key in CODING.names)
    return Request(what, fields.text("text"), read_coding(fields, issues) if is_coded else None)
