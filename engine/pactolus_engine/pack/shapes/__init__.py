"""The form of every file of a pack, in tables: the loader checks by them, JSON Schema is made from them.

To add a key, add its line here and read it in the file's reader. To add a file, add its line to `FILES`.
"""

from pactolus_engine.pack.shapes.cases import CASE, CASE_VALUE, COMPARED, EXPECTATION, REFUSED
from pactolus_engine.pack.shapes.common import (
    ANY_ID,
    CODE,
    CODING,
    CONDITION,
    IDS,
    INSTANT,
    LANGUAGE,
    SYSTEM,
    TEXT,
    VALUE,
)
from pactolus_engine.pack.shapes.conditions import NAMED, PARAMETER_NAMED, STATUSES, TEST
from pactolus_engine.pack.shapes.contents import CODE_SET, EVIDENCE, META, OPTION, PARAMETER, REQUEST
from pactolus_engine.pack.shapes.facts import BINDING, COUNTED, DERIVATION, FACT, SEQUENCE
from pactolus_engine.pack.shapes.files import FILES, PackFile
from pactolus_engine.pack.shapes.rules import BARE_EFFECTS, EFFECTS, RULE
from pactolus_engine.pack.shapes.site import OVERLAY, SITE_VALUE, SURVIVOR, WAIVER

__all__ = [
    "COUNTED",
    "SEQUENCE",
    "ANY_ID",
    "BARE_EFFECTS",
    "BINDING",
    "CASE",
    "CASE_VALUE",
    "CODE",
    "CODE_SET",
    "CODING",
    "COMPARED",
    "CONDITION",
    "DERIVATION",
    "EFFECTS",
    "EVIDENCE",
    "EXPECTATION",
    "FACT",
    "FILES",
    "IDS",
    "INSTANT",
    "LANGUAGE",
    "META",
    "NAMED",
    "OPTION",
    "OVERLAY",
    "PARAMETER",
    "PARAMETER_NAMED",
    "PackFile",
    "REFUSED",
    "REQUEST",
    "RULE",
    "SITE_VALUE",
    "STATUSES",
    "SURVIVOR",
    "SYSTEM",
    "TEST",
    "TEXT",
    "VALUE",
    "WAIVER",
]
