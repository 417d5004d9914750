"""`approvals.yaml` of a pack, and a site's `<pack id>.approvals.yaml`: sign-offs, read strictly.

Whether a sign-off still fits what it was given for is not looked at here, see `sign_off.py`.
"""

from collections.abc import Iterator

from pactolus_engine.pack.approval import Approval, Approved
from pactolus_engine.pack.approval_shape import APPROVAL, APPROVALS
from pactolus_engine.pack.grammar import DIGEST, matches
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import Parameter, Place
from pactolus_engine.pack.schema import Fields, kind, read_mapping
from pactolus_engine.pack.section import Section
from pactolus_engine.pack.yaml_source import Mapping, Node, Sequence

__all__ = ["read_approvals", "without_approved_by"]

_OLD_KEY = "approved-by"
_SITES_OWN = "the site does, in the file beside its overlay"
_OF_A_PARAMETER = "only the approval of a parameter says it"


def read_approvals(
    node: Node | None, parameters: Section[Parameter], issues: Issues, *, of_site: bool = False
) -> tuple[Approval, ...]:
    """The approvals in the order of the file. A pack cannot approve a site's overlay: only the site's own
    file (`of_site`) may."""
    mapping = read_mapping(node, issues) if node else None
    if mapping is None:
        return ()
    listed = Fields(mapping, APPROVALS, issues).required("approvals")
    if listed is None:
        return ()
    if not isinstance(listed, Sequence) or not listed.items:
        found = "an empty one" if isinstance(listed, Sequence) else kind(listed)
        issues.add(listed.place, f"expected a list of approvals, found {found}", "delete the file")
        return ()
    return tuple(_approvals(listed, parameters, issues, of_site))


def _approvals(
    listed: Sequence, parameters: Section[Parameter], issues: Issues, of_site: bool
) -> Iterator[Approval]:
    for item in listed.items:
        before = issues.count
        mapping = read_mapping(item, issues)
        approval = _approval(mapping, parameters, issues, of_site) if mapping else None
        if approval is not None and issues.count == before:
            yield approval


def _approval(
    mapping: Mapping, parameters: Section[Parameter], issues: Issues, of_site: bool
) -> Approval | None:
    fields = Fields(mapping, APPROVAL, issues)
    of, digest = fields.word("of"), _digest(fields, issues)
    if of == Approved.OVERLAY and not of_site:
        issues.add(_place(fields, "of"), "a pack cannot approve the overlay of a site", _SITES_OWN)
    parameter, value = "", None
    if of == Approved.PARAMETER:
        parameter, value = fields.id("parameter"), fields.number("value")
        if parameter:
            parameters.find(parameter, _place(fields, "parameter"), issues)
    else:
        fields.refuse(("parameter", "value"), _OF_A_PARAMETER)
    by, role, on = fields.text("by"), fields.text("role"), fields.date("on")
    note = fields.optional_text("note")
    if not of or on is None:
        return None
    return Approval(Approved(of), digest, by, role, on, parameter, value, note)


def _digest(fields: Fields, issues: Issues) -> str:
    digest = fields.text("digest")
    if digest and not matches(DIGEST, digest):
        advice = "`pactolus rules approve` writes it"
        issues.add(_place(fields, "digest"), "`digest` is not 64 characters of lower-case hex", advice)
    return digest


def _place(fields: Fields, key: str) -> Place:
    node = fields.optional(key)
    return node.place if node else fields.place


def without_approved_by(mapping: Mapping, issues: Issues) -> Mapping:
    """The map without the key `approved-by`, which anybody could fill in; notes it when it is there."""
    entry = mapping.entries.get(_OLD_KEY)
    if entry is None:
        return mapping
    advice = "delete it; `pactolus rules approve` records who approved what"
    issues.add(entry.key_place, f"`{_OLD_KEY}` does not count as an approval", advice)
    return Mapping({key: one for key, one in mapping.entries.items() if key != _OLD_KEY}, mapping.place)
