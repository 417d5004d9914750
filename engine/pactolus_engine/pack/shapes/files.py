"""Every kind of file of a pack with its form."""

from dataclasses import dataclass

from pactolus_engine.pack.approval_shape import APPROVALS
from pactolus_engine.pack.claims_shape import CLAIMS
from pactolus_engine.pack.shape import Kind, ListOf, MapOf
from pactolus_engine.pack.shapes.cases import CASE
from pactolus_engine.pack.shapes.common import ANY_ID
from pactolus_engine.pack.shapes.contents import CODE_SET, EVIDENCE, META, OPTION, PARAMETER
from pactolus_engine.pack.shapes.facts import FACT
from pactolus_engine.pack.shapes.rules import RULE
from pactolus_engine.pack.shapes.site import OVERLAY, SURVIVOR, WAIVER

__all__ = ["FILES", "PackFile"]


@dataclass(frozen=True, slots=True)
class PackFile:
    """A kind of file: what it is called, which files are of it (`*` is one name), and its form."""

    name: str
    files: str
    says: str
    content: Kind


FILES = (
    PackFile("pack", "pack.yaml", "Who the pack is.", META),
    PackFile("facts", "facts.yaml", "The facts, by id.", MapOf(FACT, ANY_ID)),
    PackFile("codes", "codes.yaml", "The code sets, by id.", MapOf(CODE_SET, ANY_ID)),
    PackFile("parameters", "parameters.yaml", "The parameters, by id.", MapOf(PARAMETER, ANY_ID)),
    PackFile("options", "options.yaml", "The options, by id.", MapOf(OPTION, ANY_ID)),
    PackFile("evidence", "evidence.yaml", "The sources, by id.", MapOf(EVIDENCE, ANY_ID)),
    PackFile("rule", "rules/*.yaml", "One rule.", RULE),
    PackFile("case", "cases/*.yaml", "One case.", CASE),
    PackFile("overlay", "cases/*.overlay.yaml", "A site's overlay, or one for cases.", OVERLAY),
    PackFile("properties", "properties.yaml", "What must hold of every patient.", CLAIMS),
    PackFile("approvals", "approvals.yaml", "What clinicians have signed.", APPROVALS),
    PackFile("mutants", "mutants.yaml", "Mutants that may live.", ListOf(SURVIVOR, 0)),
    PackFile("waivers", "waivers.yaml", "Findings that stay.", ListOf(WAIVER, 0)),
)
