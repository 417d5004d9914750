"""What the cases of a pack show of it: each case read as it is, weighed, and counted."""

from collections.abc import Iterator

from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.authoring.earlier_case import facts_after
from pactolus_adapters.authoring.run_cases import case_facts
from pactolus_engine.cases import Case
from pactolus_engine.coverage import Tally
from pactolus_engine.errors import InputInvalid
from pactolus_engine.states import States
from pactolus_engine.weigh import weigh

__all__ = ["case_states", "counted_cases", "new_tally"]


def new_tally(draft: Draft) -> Tally:
    """A count in which no case is yet: of the pack, and of it with each overlay that a case puts in force.

    What the pack waives of a rule need not be seen.
    """
    overlays = dict.fromkeys(["", *sorted(case.overlay for case in draft.cases())])
    waived = {(one.check, one.id): one.reason for one in draft.pack.waivers if one.kind == "rule"}
    return Tally([draft.compiled_with(overlay) for overlay in overlays], waived)


def counted_cases(draft: Draft, tally: Tally) -> Iterator[Case]:
    """Counts every case of the pack, whether it passes or not, and gives each when it is counted."""
    for case in draft.cases():
        compiled = draft.compiled_with(case.overlay)
        states = case_states(case, draft)
        if states is not None:
            tally.add(case.place.file, compiled, states)
        yield case


def case_states(case: Case, draft: Draft) -> States | None:
    """The states of the facts in a case; None when its input is refused."""
    compiled = draft.compiled_with(case.overlay)
    try:
        facts = (
            facts_after(case, draft.files, compiled)
            if case.earlier
            else case_facts(case, draft.files, compiled.pack)
        )
    except InputInvalid:
        return None
    return weigh(compiled.pack, compiled.definitions, compiled.partitions, facts, case.at)
