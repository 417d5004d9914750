"""Defaults at the edge of what a site may choose."""

from tests.engine.checks.findings import said

TOLD = ["parameter minimum-cycles: the default of parameter `minimum-cycles` lies at the edge of its range"]


def test_at_either_end() -> None:
    assert said("default-at-edge", ("parameters.yaml", "default: 6", "default: 4.0")) == TOLD
    assert said("default-at-edge", ("parameters.yaml", "default: 6", "default: 8")) == TOLD


def test_inside_or_off() -> None:
    assert said("default-at-edge") == []
    assert said("default-at-edge", switched=True) == []
