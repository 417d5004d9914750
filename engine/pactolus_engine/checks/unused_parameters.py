"""Parameters that change nothing."""

from collections.abc import Iterator

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject
from pactolus_engine.pack.elements import READER_PARAMETERS

__all__ = ["unused_parameters"]


def unused_parameters(subject: Subject) -> Iterator[Remark]:
    """Parameters that no condition and no `needs` names, and that the FHIR reader does not look up."""
    bindings = [fact.binding for fact in subject.pack.facts.values() if fact.binding]
    used = {name for binding in bindings for name in READER_PARAMETERS.get(binding.element, ())}
    used |= subject.parameters_named()
    for name, parameter in sorted(subject.pack.parameters.items()):
        if name not in used:
            message = f"nothing depends on parameter `{name}`: a site that sets it changes nothing"
            yield Remark("parameter", name, parameter.place, message, "put it into a condition, or delete it")
