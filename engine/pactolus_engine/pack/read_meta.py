"""`pack.yaml`: who the pack is, what it rests on and until when it may speak."""

from dataclasses import dataclass
from datetime import date

from pactolus_engine.pack.grammar import VERSION, matches
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.read_approvals import without_approved_by
from pactolus_engine.pack.schema import Fields, read_mapping
from pactolus_engine.pack.shapes import LANGUAGE, META
from pactolus_engine.pack.yaml_source import Node

__all__ = ["LANGUAGE", "Meta", "read_meta"]


@dataclass(frozen=True, slots=True)
class Meta:
    """The content of `pack.yaml`."""

    id: str
    version: str
    language: str
    title: str
    description: str
    evidence_as_of: date
    review_by: date


def read_meta(node: Node, issues: Issues) -> Meta | None:
    """The metadata; None when something in them is wrong, which is noted."""
    mapping = read_mapping(node, issues)
    if mapping is None:
        return None
    fields = Fields(without_approved_by(mapping, issues), META, issues)
    pack_id, version = fields.id("id"), _version(fields, issues)
    _check_language(fields, issues)
    title, description = fields.text("title"), fields.text("description")
    evidence_as_of, review_by = fields.date("evidence-as-of"), fields.date("review-by")
    if evidence_as_of is None or review_by is None:
        return None
    if review_by < evidence_as_of:
        issues.add(fields.key_place("review-by"), "`review-by` lies before `evidence-as-of`")
    return Meta(pack_id, version, LANGUAGE, title, description, evidence_as_of, review_by)


def _version(fields: Fields, issues: Issues) -> str:
    version = fields.text("version")
    node = fields.optional("version")
    if version and node and not matches(VERSION, version):
        issues.add(node.place, "`version` is not three numbers", "as `1.0.0`")
    return version


def _check_language(fields: Fields, issues: Issues) -> None:
    language = fields.text("language")
    node = fields.optional("language")
    if language and node and language != LANGUAGE:
        issues.add(node.place, "this version of the rule language cannot be read", f"write `{LANGUAGE}`")
