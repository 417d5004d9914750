"""A number of a request, exact, with the text it was written as."""

from decimal import Decimal
from typing import Self

__all__ = ["Number"]


class Number(Decimal):
    """An exact decimal with the text it was written as."""

    text: str

    def __new__(cls, text: str) -> Self:
        number = super().__new__(cls, text)
        number.text = text
        return number
