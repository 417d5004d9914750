"""What is written beside the content of a pack and decides nothing of a patient: waivers, survivors, sign-offs."""

from collections.abc import Mapping as NameMap
from dataclasses import dataclass
from typing import Any, Final

from pactolus_engine.pack.approval import Approval
from pactolus_engine.pack.digest import APPROVALS_FILE
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import Parameter, StatedSurvivor
from pactolus_engine.pack.read_approvals import read_approvals
from pactolus_engine.pack.read_cases import case_name, is_case
from pactolus_engine.pack.read_survivors import SURVIVORS, read_survivors
from pactolus_engine.pack.read_waivers import read_waivers
from pactolus_engine.pack.section import Section
from pactolus_engine.pack.waiver import Waiver
from pactolus_engine.pack.yaml_source import Node

__all__ = ["LISTS", "Beside", "read_beside"]

_WAIVERS: Final = "waivers.yaml"
LISTS = (_WAIVERS, SURVIVORS)
"""Files that may be left out and hold a list."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Each in the order of its file, the site's own approvals last."""

    waivers: tuple[Waiver, ...]
    survivors: tuple[StatedSurvivor, ...]
    approvals: tuple[Approval, ...]


def read_beside(
    nodes: NameMap[str, Node | None],
    of_site: Node | None,
    parameters: Section[Parameter],
    pack_id: str,
    sections: tuple[Section[Any], ...],
    issues: Issues,
) -> Beside:
    """`of_site`: the site's own approvals. `sections`: all that a waiver may be addressed to, beside the pack
    and its cases."""
    names = _names(nodes, pack_id, sections)
    approvals = read_approvals(nodes.get(APPROVALS_FILE), parameters, issues)
    if of_site is not None:
        approvals += read_approvals(of_site, parameters, issues, of_site=True)
    waivers = read_waivers(nodes[_WAIVERS], names, issues)
    return Beside(waivers, read_survivors(nodes[SURVIVORS], issues), approvals)


def _names(
    nodes: NameMap[str, Node | None], pack_id: str, sections: tuple[Section[Any], ...]
) -> dict[str, frozenset[str]]:
    """Kind → ids; a part that could not be read is left out."""
    names = {one.what.replace(" ", "-"): one.declared for one in sections if one.readable}
    names["case"] = frozenset(case_name(file) for file in nodes if is_case(file))
    return names | ({"pack": frozenset({pack_id})} if pack_id else {})
