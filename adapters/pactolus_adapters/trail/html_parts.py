"""Pieces of a report in HTML; whatever text goes in comes out as text, never as markup."""

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["Markup", "bulleted", "element", "joined", "link", "plain", "table", "titled"]


class Markup(str):
    """Text that is HTML already. Any other text is escaped where it meets markup."""

    __slots__ = ()


def plain(text: str) -> Markup:
    """Text as HTML shows it: special characters escaped; what would steer the reader's eye (control characters,
    marks that turn the writing direction) is replaced."""
    if isinstance(text, Markup):
        return text
    return Markup(escape("".join(map(_shown, text))))


def _shown(character: str) -> str:
    if character.isspace():
        return " "
    return character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"


def element(name: str, *contents: str, **attributes: str) -> Markup:
    """An element around its contents. `class_` writes the attribute `class`."""
    written = "".join(f' {key.rstrip("_")}="{plain(value)}"' for key, value in attributes.items() if value)
    return Markup(f"<{name}{written}>{joined(*contents)}</{name}>")


def joined(*contents: str) -> Markup:
    """One after the other."""
    return Markup("".join(map(plain, contents)))


def link(anchor: str, text: str) -> Markup:
    """A link to another place of the report."""
    return element("a", text, href=f"#{anchor}")


def bulleted(items: Iterable[str]) -> Markup:
    """A list; nothing at all when there are no items."""
    found = [element("li", item) for item in items]
    return element("ul", *found) if found else Markup()


def titled(title: str, content: str) -> Markup:
    """A part of an article under its title; nothing at all when it is empty."""
    return joined(element("h4", title), content) if content else Markup()


def table(head: Sequence[str], rows: Iterable[Sequence[str]], class_: str = "") -> Markup:
    """A table that may scroll in its own box on a narrow screen."""
    top = element("thead", element("tr", *(element("th", one, scope="col") for one in head)))
    body = element("tbody", *(element("tr", *(element("td", cell) for cell in row)) for row in rows))
    return element("div", element("table", top, body, class_=class_), class_="scroll")
