"""The options of an answer, side by side; what limits all of them is said once and before them."""

from collections.abc import Iterator

from pactolus_adapters.cli.terminal import folded, section
from pactolus_engine.decision import Caveat, OfferedOption

__all__ = ["render_caveat", "render_options"]


def render_options(options: tuple[OfferedOption, ...]) -> Iterator[str]:
    """Caveats that every option has, then each option with its own; nothing when none is offered."""
    common = _common(options)
    yield from section("For every option", (line for caveat in common for line in render_caveat(caveat)))
    for option in options:
        yield from section(f"( ) {option.id}: {option.title}", _option(option, common))


def _common(options: tuple[OfferedOption, ...]) -> list[Caveat]:
    """The caveats that all of several options have, in the order of the first."""
    if len(options) < 2:
        return []
    return [caveat for caveat in options[0].caveats if all(caveat in other.caveats for other in options)]


def _option(option: OfferedOption, common: list[Caveat]) -> Iterator[str]:
    yield from folded(option.description, "    ")
    for caveat in option.caveats:
        if caveat not in common:
            yield from render_caveat(caveat, "    ")
    if option.evidence:
        yield from folded(f"rests on {', '.join(source.id for source in option.evidence)}", "    * ")


def render_caveat(caveat: Caveat, indent: str = "") -> list[str]:
    """A caveat with its rule and its sources."""
    reference = ", ".join([caveat.rule, *(source.id for source in caveat.evidence)])
    return folded(f"{caveat.text} [{reference}]", f"{indent}! ")
