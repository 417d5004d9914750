"""Texts that say nothing."""

import re
from collections.abc import Iterator

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject
from pactolus_engine.pack.model import Place

__all__ = ["empty_words"]

_PLACEHOLDER = re.compile(
    r"(?:placeholder|lorem ipsum|to be (?:done|defined|determined|written)|tbd|todo|fixme|xxx)\b.*"
    r"|n/?a|none|nil|unknown|\W*",
    re.IGNORECASE | re.DOTALL,
)


def empty_words(subject: Subject) -> Iterator[Remark]:
    """Titles, descriptions, rationales, texts for the clinician and sources that are blank in all but form."""
    for kind, name, place, key, text in _texts(subject):
        if _PLACEHOLDER.fullmatch(text.strip()):
            message = f"`{key}` of {kind} `{name}` says nothing"
            yield Remark(
                kind, name, place, message, "write what a reader needs to know to agree or to object"
            )


def _texts(subject: Subject) -> Iterator[tuple[str, str, Place, str, str]]:
    pack = subject.pack
    for key, text in (("title", pack.title), ("description", pack.description)):
        yield "pack", pack.id, subject.whole.place_in("pack.yaml", key), key, text
    for name, option in sorted(pack.options.items()):
        for key, text in (("title", option.title), ("description", option.description)):
            yield "option", name, option.place, key, text
    for name, rule in sorted(subject.rules.items()):
        for key, text in (("title", rule.title), ("text", rule.text), ("rationale", rule.rationale)):
            if text:
                yield "rule", name, rule.place, key, text
    for name, parameter in sorted(pack.parameters.items()):
        yield "parameter", name, parameter.place, "rationale", parameter.rationale
    for name, source in sorted(pack.evidence.items()):
        place = subject.whole.place_in("evidence.yaml", name)
        yield "evidence", name, place, "citation", source.citation
        yield "evidence", name, place, "statement", source.statement
