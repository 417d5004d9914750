"""Reads a choice of times (`effective[x]`, `performed[x]`, `collected[x]`) as days."""

from pactolus_adapters.fhir.dates import days_of, period_of
from pactolus_adapters.fhir.resource import Json, Resource, text
from pactolus_adapters.fhir.words import Word, unusable
from pactolus_engine.facts import Source
from pactolus_engine.values import Interval

__all__ = ["date_word", "dated", "time_key", "timed"]


def timed(resource: Resource, element: str) -> list[Word]:
    """The word of a choice of times (`effective[x]`, `performed[x]`) on a date."""
    key = time_key(resource.body, element)
    return [date_word(resource.body, key, resource.source(element))] if key else []


def time_key(body: Json, element: str) -> str:
    """The name of the choice that is given (`effectivePeriod`), or empty."""
    return next((key for key in sorted(body) if key.startswith(element)), "")


def date_word(body: Json, key: str, source: Source) -> Word:
    """The word of one time on a date; unusable when it is neither a date nor a period with one."""
    written = body[key]
    if isinstance(written, str) and key.endswith(("DateTime", "Instant")):
        return Word(source, days_of(written), shown=written)
    if key.endswith("Period") and (days := period_of(written)) is not None:
        shown = f"{text(written, 'start') or '…'} to {text(written, 'end') or '…'}"
        return Word(source, days, shown=shown)
    return unusable(source, "the time is not given as a date or a period with dates")


def dated(body: Json, element: str) -> Interval | None:
    """The days that a choice of times may mean; None when it says no date."""
    key = time_key(body, element)
    value = body.get(key)
    if isinstance(value, str) and key.endswith(("DateTime", "Instant")):
        return days_of(value)
    return period_of(value) if isinstance(value, dict) and key.endswith("Period") else None
