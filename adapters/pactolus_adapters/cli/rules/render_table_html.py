"""Decision tables as one HTML file: nothing fetched, everything escaped, readable aloud and on paper."""

from collections.abc import Iterator
from html import escape

from pactolus_adapters.cli.terminal import clean
from pactolus_engine.tables import NOT_LOOKED_AT, Block, Group, Row, Table

__all__ = ["render_html"]

_STYLE = """
:root { color-scheme: light dark; --line: #c9ced6; --head: #eef1f5; --mute: #5c6672; --band: #f8f9fb;
  --ink: #1b1f24; --paper: #ffffff; --edge: #31597f; }
@media (prefers-color-scheme: dark) { :root { --line: #3c444d; --head: #232a31; --mute: #9aa5b1;
  --band: #1a1f25; --ink: #e6e9ed; --paper: #14181c; --edge: #7fb0dd; } }
body { margin: 2rem auto; max-width: 76rem; padding: 0 1.25rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; padding-left: .6rem; border-left: .3rem solid var(--edge); }
p { margin: .25rem 0; } .mute, small { color: var(--mute); }
.scroll { overflow-x: auto; margin: 0 0 1.25rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; color: var(--mute); padding: 0 0 .35rem; }
th, td { border: 1px solid var(--line); padding: .45rem .6rem; vertical-align: top; text-align: left; }
thead th { background: var(--head); } tbody th { font-weight: 600; min-width: 12rem; }
tbody tr:nth-child(even) { background: var(--band); }
small { display: block; font-weight: 400; font-size: .78rem; overflow-wrap: anywhere; }
td.none { color: var(--mute); text-align: center; } td.gives { font-weight: 600; }
@media print { @page { size: landscape; margin: 12mm; } body { margin: 0; max-width: none; font-size: 10pt; }
  .scroll { overflow: visible; } tr { break-inside: avoid; } thead { display: table-header-group; }
  h2 { break-after: avoid; } }
"""


def render_html(table: Table) -> str:
    """The whole page."""
    title = f"{_text(table.title)}, version {_text(table.version)}"
    body = "\n".join([*_groups(table), *_off(table)])
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        '<p class="mute">All cells of a row hold together. '
        f"{NOT_LOOKED_AT} means that the rule does not look at this fact.</p>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _groups(table: Table) -> Iterator[str]:
    for group in table.groups:
        yield f'<section aria-labelledby="{group.effect.value}">'
        yield f'<h2 id="{group.effect.value}">{_text(group.heading)}</h2>'
        for number, block in enumerate(group.blocks, start=1):
            yield from _block(group, block, number)
        yield "</section>"


def _block(group: Group, block: Block, number: int) -> Iterator[str]:
    which = f"{number} of {len(group.blocks)}: " if len(group.blocks) > 1 else ""
    about = "; ".join(title for _, title in block.columns)
    yield (
        '<div class="scroll" tabindex="0" role="region" aria-label="'
        + _text(f"{group.effect} {number}")
        + '">'
    )
    yield f"<table>\n<caption>{_text(which + about)}</caption>\n<thead>\n<tr>"
    yield '<th scope="col">Rule</th>'
    for fact, title in block.columns:
        yield f'<th scope="col">{_text(title)}<small>{_text(fact)}</small></th>'
    gives = '<th scope="col">Gives</th>' if group.tells_gives else ""
    yield f"{gives}\n</tr>\n</thead>\n<tbody>"
    for row in block.rows:
        yield _row(row, tells_gives=group.tells_gives)
    yield "</tbody>\n</table>\n</div>"


def _row(row: Row, *, tells_gives: bool) -> str:
    cells = "".join(
        f'<td class="none">{NOT_LOOKED_AT}</td>' if cell == NOT_LOOKED_AT else f"<td>{_text(cell)}</td>"
        for cell in row.cells
    )
    head = f'<th scope="row">{_text(row.title)}<small>{_text(row.rule)}</small></th>'
    gives = f'<td class="gives">{_text(row.gives)}</td>' if tells_gives else ""
    return f"<tr>{head}{cells}{gives}</tr>"


def _off(table: Table) -> Iterator[str]:
    if not table.off:
        return
    yield '<section aria-labelledby="off">\n<h2 id="off">Off until a site sets a value</h2>\n<ul>'
    for rule, title, needs in table.off:
        yield f"<li>{_text(title)} <small>{_text(rule)}: waits for {_text(', '.join(needs))}</small></li>"
    yield "</ul>\n</section>"


def _text(text: str) -> str:
    return escape(clean(text), quote=True)
