"""The form of a FHIR R4 primitive, as the models of `fhir.resources` define it.

Only the validators of primitives are taken from the models: validating whole resources with them takes
several times as long and finds nothing that the shape of the resource and these forms do not. A test
holds the one against the other.
"""

import typing
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

__all__ = ["Form", "form_of"]


class Form:
    """The validator of one primitive type."""

    def __init__(self, annotation: Any) -> None:
        self._validate = TypeAdapter(annotation).validator.validate_python

    def fits(self, value: Any) -> bool:
        """Whether the value has the form of the type; what else the validator says is not looked at."""
        try:
            self._validate(value)
        except ValidationError:
            return False
        except Exception:  # noqa: BLE001 - the types raise what they like on text they do not expect
            return False
        return True


def form_of(annotation: Any) -> Form:
    """The form of an element with this annotation; that of a list is the form of its items."""
    return _form(_bare(annotation))


@cache
def _form(bare: Any) -> Form:
    return Form(bare)


def _bare(annotation: Any) -> Any:
    """The type itself, out of `Optional` and `List`."""
    origin = typing.get_origin(annotation)
    if origin is not typing.Union and origin is not list:
        return annotation
    (inner,) = [part for part in typing.get_args(annotation) if part is not type(None)]
    return _bare(inner)
