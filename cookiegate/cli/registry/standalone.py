"""The rendered tables as a page of its own: HTML without scripts, with its styles, in light and dark, for any width.

Importing the page gives the same registry as the fragment.
"""

from string import Template

__all__ = ["standalone_page"]

_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$title</title>
<style>
:root { --ink: #1d2430; --soft: #565f6e; --paper: #fbfaf7; --card: #fff; --line: #d9d5cb; --accent: #0b5c66; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7e4dc; --soft: #a9afba; --paper: #16191f; --card: #1d2129; --line: #3a404c; --accent: #7fd0d8; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; }
main { max-width: 64rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { margin: 0 0 .5rem; font-size: 2rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.3rem; line-height: 1.3; }
p { max-width: 42rem; color: var(--soft); }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; }
caption { padding: 0 0 .5rem; color: var(--soft); text-align: left; }
th, td { padding: .6rem .9rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
thead th { color: var(--soft); font-size: .875rem; }
tbody th { min-width: 9rem; max-width: 20rem; font-weight: 600; overflow-wrap: anywhere; }
tbody tr:last-child > * { border-bottom: 0; }
code { font: .95em ui-monospace, monospace; }
a { color: var(--accent); }
@media (max-width: 40rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, caption, tbody, tr, tbody th, td { display: block; max-width: none; }
  caption { padding: .8rem .9rem 0; }
  td:empty { display: none; }
  td { overflow-wrap: anywhere; }
  th, td { padding: .15rem .9rem; border-bottom: 0; }
  tbody th { padding-top: .8rem; }
  tr { border-bottom: 1px solid var(--line); padding-bottom: .8rem; }
  tbody tr:last-child { border-bottom: 0; }
}
@media print { body { background: none; } main { max-width: none; padding: 0; } tr { break-inside: avoid; } }
</style>
</head>
<body>
<main>
<h1>$title</h1>
<p>These are the cookies that this site may set, by what they are for. Necessary cookies are always set; the others only
with your consent.</p>
$tables</main>
</body>
</html>
""")


def standalone_page(fragment: str, title: str = "Cookies") -> str:
    """Return a whole page around an HTML fragment of `cookiegate.registry.rendering`."""
    return _PAGE.substitute(title=title, tables=fragment)
