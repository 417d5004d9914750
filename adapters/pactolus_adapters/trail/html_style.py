"""How a report looks: on a wide and a narrow screen, light and dark, and on paper. No script, no resource."""

from typing import Final

__all__ = ["STYLE"]

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5a6675; --line: #d8dee6; --page: #fff; --card: #f6f8fa;
  --link: #0b5cad; --good: #1a6b3c; --warn: #8a4b00; --bad: #a3182b; --bad-card: #fdeef0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e8ee; --soft: #9aa7b5; --line: #36414d; --page: #12171d;
  --card: #1a2129; --link: #79b8ff; --good: #6fcf97; --warn: #f0b45f; --bad: #ff8a98; --bad-card: #331a1f; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 3rem) 4rem; max-width: 76rem; color: var(--ink);
  background: var(--page); font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; line-height: 1.2; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .8rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 0; }
h4 { font-size: .78rem; margin: 1.1rem 0 .3rem; color: var(--soft); letter-spacing: .05em; text-transform: uppercase; }
p { margin: .3rem 0; max-width: 78ch; overflow-wrap: anywhere; }
pre { overflow-x: auto; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
code { font: .88em ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
ul { margin: .2rem 0; padding-left: 1.2rem; }
li { margin: .15rem 0; overflow-wrap: anywhere; }
.lead { color: var(--soft); }
.notice { margin: 1.2rem 0; padding: .7rem 1rem; border-left: 4px solid var(--good); background: var(--card); }
.notice.bad { border-color: var(--bad); background: var(--bad-card); }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .25rem 1.2rem; margin: .6rem 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; }
.counts > div { padding: .2rem 1rem .8rem; border: 1px solid var(--line); border-radius: 6px; background: var(--card); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92em; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--soft); white-space: nowrap; }
th, td { padding: .38rem .7rem .38rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.counts td:last-child, .counts th:last-child { text-align: right; padding-right: 0; }
.records td { white-space: nowrap; }
.records td:nth-child(7) { white-space: normal; min-width: 7rem; max-width: 13rem; overflow-wrap: anywhere; }
.records td:last-child { white-space: normal; min-width: 11rem; }
tr:target td, article:target { background: var(--card); }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); font-weight: 600; }
.soft { color: var(--soft); }
article { margin: 1.2rem 0; padding: 1rem 1.2rem; border: 1px solid var(--line); border-radius: 6px; }
article > .soft { font-size: .92em; }
footer { margin-top: 3rem; color: var(--soft); font-size: .9em; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
  body { padding-top: 1.2rem; } article { padding: .8rem; } }
@media print { @page { margin: 14mm; } :root { --ink: #000; --soft: #444; --line: #bbb; --page: #fff; --card: #fff;
  --link: #000; --good: #000; --warn: #000; --bad: #000; --bad-card: #fff; } body { max-width: none; padding: 0;
  font-size: 9.5pt; } .scroll { overflow: visible; } table { font-size: 8pt; } .records td { white-space: normal; }
  tr, dl, .notice { break-inside: avoid; } h2, h3, h4 { break-after: avoid; } thead { display: table-header-group; } }
"""
