"""Resolves FHIR references among the resources of one request.

By `fullUrl`, else by `Type/id`; `_history/n` and the base of a server that is known are stripped,
`#id` is looked up among what the resource contains. Known bases are those the caller names and
that of the request's own `fullUrl`s when they are all of one server; the resources of several
servers are told apart. Source: FHIR R4 references and Bundle, "resolving
references in Bundles".
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from pactolus_adapters.fhir.resource import Resource, text

__all__ = ["References", "unversioned"]

_RELATIVE = re.compile(r"[A-Za-z]+/[A-Za-z0-9\-.]{1,64}")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class References:
    """The resources of a request by every name they can be referred to.

    Each look-up costs the same however much was sent: a request may hold thousands of references.
    """

    def __init__(self, resources: Sequence[Resource], bases: Iterable[str] = ()) -> None:
        self._by_url = _by_url(resources)
        own = {_base(one) for one in resources} - {""}
        self._servers = _Prefixes(own)
        self._known = frozenset(map(_slashed, bases)) | (own if len(own) == 1 else frozenset())
        self._stripped = _Prefixes(self._known)
        self._by_name: dict[str, dict[str, list[Resource]]] = {}
        for one in resources:
            if one.id:
                server = "" if _base(one) in self._known else _base(one)
                on_servers = self._by_name.setdefault(f"{one.type}/{one.id}", {})
                on_servers.setdefault(server, []).append(one)
        self._contained: dict[int, tuple[Resource, dict[str, Resource]]] = {}

    def resolve(self, reference: Any, holder: Resource) -> Resource | None:
        """The resource that a Reference element in `holder` means, or None when it was not sent."""
        written = text(reference, "reference")
        if written.startswith("#"):
            return self._contained_in(holder).get(written[1:])
        return self.named(written, _base(holder))

    def _contained_in(self, holder: Resource) -> dict[str, Resource]:
        """What a resource contains; the resource is kept, so that no other gets its id."""
        if id(holder) not in self._contained:
            self._contained[id(holder)] = holder, holder.contained()
        return self._contained[id(holder)][1]

    def named(self, written: str, base: str = "") -> Resource | None:
        """The resource of that URL or `Type/id`; `base` is the server a relative one is relative to."""
        plain = unversioned(written)
        if not plain:
            return None
        for url in (plain, f"{base}{plain}" if base else plain):
            if url in self._by_url:
                return self._by_url[url]
        server, name = self._split(plain, base)
        fitting = list(islice(self._fitting(name, server), 2))
        return fitting[0] if len(fitting) == 1 else None

    def plain(self, written: str, base: str = "") -> str:
        """The reference without version and known base: what names the same resource is equal."""
        return "".join(self._split(unversioned(written), base))

    def name_of(self, resource: Resource) -> str:
        """The plain reference of a resource that was sent."""
        return self.plain(resource.reference, _base(resource))

    def plain_subject(self, written: str, holder: Resource) -> str:
        """The plain reference that an element of `holder` writes."""
        return self.plain(written, _base(holder))

    def addresses(self, name: str) -> set[str]:
        """The addresses that a plain `Type/id` has on the servers that are known; empty for another name."""
        return {f"{base}{name}" for base in self._known} if _RELATIVE.fullmatch(name) else set()

    def _fitting(self, name: str, server: str) -> Iterator[Resource]:
        """The resources of that name that may come from that server; the same id on another is another."""
        on_servers = self._by_name.get(name, {})
        places = ("", server) if server else tuple(on_servers)
        return chain.from_iterable(on_servers.get(place, ()) for place in places)

    def _split(self, plain: str, base: str) -> tuple[str, str]:
        """The server, unless it goes without saying, and the rest of a reference."""
        if known := self._stripped.of(plain):
            return "", plain.removeprefix(known)
        if server := self._servers.of(plain):
            return server, plain.removeprefix(server)
        is_relative = _ABSOLUTE.match(plain) is None
        return (base if is_relative and base not in self._known else ""), plain


class _Prefixes:
    """Addresses of which one may begin another (`…/` and `…/fhir/`); the longest counts."""

    def __init__(self, texts: Collection[str]) -> None:
        self._texts = frozenset(texts)
        self._lengths = sorted({len(one) for one in texts}, reverse=True)

    def of(self, longer: str) -> str:
        """The one that this text begins with, or empty."""
        for length in self._lengths:
            if length <= len(longer) and longer[:length] in self._texts:
                return longer[:length]
        return ""


def _by_url(resources: Sequence[Resource]) -> dict[str, Resource | None]:
    """By `fullUrl`, of whatever version; one that two resources have means neither."""
    found: dict[str, Resource | None] = {}
    for one in resources:
        if one.full_url:
            url = unversioned(one.full_url)
            found[url] = None if url in found else one
    return found


def unversioned(url: str) -> str:
    """The reference or `fullUrl` of a resource, whatever its version."""
    return url.partition("/_history/")[0]


def _slashed(base: str) -> str:
    return base if base.endswith("/") else f"{base}/"


def _base(one: Resource) -> str:
    """The server a resource came from, with its last slash, when its `fullUrl` says so."""
    url, ending = unversioned(one.full_url), f"/{one.type}/{one.id}"
    return _slashed(url.removesuffix(ending)) if one.id and url.endswith(ending) else ""
