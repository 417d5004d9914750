"""The cases of a pack: read them, then run them against a decision."""

from pactolus_engine.pack.case import Case, Expectation
from pactolus_engine.pack.read_cases import read_cases

__all__ = ["Case", "Expectation", "read_cases"]
