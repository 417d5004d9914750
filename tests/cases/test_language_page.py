"""The case on the page about the rule language is one that runs."""

import re

from pactolus_adapters.authoring.run_cases import run_case
from pactolus_engine.cases import read_cases
from tests.cases.test_cases import draft
from tests.house.tree import ROOT
from tests.support.small_packs import InProcess

_EXAMPLE = re.compile(r"## cases/CASE.yaml\n\n```yaml\n(.*?)```", re.DOTALL)


def test_the_example_of_a_case_is_as_it_says() -> None:
    found = _EXAMPLE.search((ROOT / "docs" / "rule-language.md").read_text(encoding="utf-8"))
    assert found is not None
    own = draft("midas-consolidation")
    kept = {name: content for name, content in own.files.items() if not name.startswith("cases/")}
    (case,) = read_cases({**kept, "cases/example.yaml": found[1].encode()}, own.pack)
    assert run_case(case, own, InProcess()).passed
