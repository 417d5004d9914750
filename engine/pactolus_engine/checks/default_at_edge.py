"""Defaults at the edge of what a site may choose."""

from collections.abc import Iterator

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject

__all__ = ["default_at_edge"]


def default_at_edge(subject: Subject) -> Iterator[Remark]:
    """Parameters whose default is the least or the greatest value of their range.

    A range that ends at the default was often written around it, and a site can then only go one way.
    """
    for name, parameter in sorted(subject.pack.parameters.items()):
        if parameter.default is not None and parameter.default in {parameter.low, parameter.high}:
            message = f"the default of parameter `{name}` lies at the edge of its range"
            yield Remark(
                "parameter", name, parameter.place, message, "say by a waiver why no site may go beyond it"
            )
