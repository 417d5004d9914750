"""Errors between processes: what a worker failed with is raised by whoever started it, as the same class."""

import pickle
from dataclasses import dataclass
from traceback import format_exception
from typing import Any, Self

from pactolus_engine.errors import PactolusError

__all__ = ["CarriedError", "ReplayStopped", "RunnerUnavailable"]


class ReplayStopped(PactolusError):
    """The processes that do the replay keep failing. What is done stays done: the same replay goes on from there."""


class RunnerUnavailable(PactolusError):
    """The runner that was asked for cannot be had here; says what to install or to choose."""


class _InWorker(Exception):
    """The trace of an error as the worker saw it: the cause of what is raised here."""


@dataclass(frozen=True, slots=True)
class CarriedError:
    """An error on its way. Its parts travel apart, because an error with a signature of its own, such as
    `InputInvalid`, is lost in `pickle`."""

    kind: type[Exception]
    args: tuple[Any, ...]
    state: dict[str, Any]
    trace: str

    @classmethod
    def of(cls, error: Exception) -> Self:
        """Packs an error; one that cannot travel becomes `ReplayStopped`."""
        trace = "".join(format_exception(error))
        reduced: Any = (
            error.__reduce__()
        )  # its arguments, with the path that an `OSError` leaves out of `args`
        packed = cls(type(error), reduced[1], dict(error.__dict__), trace)
        try:
            pickle.dumps(packed)
        except Exception:  # noqa: BLE001 - whatever a library raises when its errors are pickled
            return cls(ReplayStopped, ("a worker failed with an error that only its trace tells",), {}, trace)
        return packed

    def error(self) -> Exception:
        """The error as it was, with the worker's trace as its cause."""
        error = self.kind.__new__(self.kind, *self.args)
        error.__dict__.update(self.state)
        error.__cause__ = _InWorker(self.trace)
        return error
