"""What stands at the end of each command's `--help`: examples, and for `cookiegate --help` the exit codes."""

from collections.abc import Iterator

__all__ = ["EXAMPLES", "EXIT_CODES", "epilog"]

EXIT_CODES: dict[int, str] = {
    0: "done, and nothing was found that fails",
    1: "something was found: a mistake, a finding, something left to decide",
    2: "not done: a wrong option, a file that can't be read, a missing package",
}
"""What each exit code means, of every command; docs/command-line.md has a table with a row for each."""

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("See it work", "cookiegate demo"),
        ("Make a registry from your site and its policy", "cookiegate init https://www.shop.example/ policy.md"),
        ("List every mistake in it", "cookiegate check"),
        ("Why is a cookie gone?", "cookiegate explain '_ga=1' --registry cookies.toml"),
        ("Does the site keep its promise?", "cookiegate audit https://www.shop.example/ --registry cookies.toml"),
    ),
    "demo": (
        ("Serve the example, and open it in a browser", "cookiegate demo"),
        ("The same site without the gate, to be audited", "cookiegate demo --ungated --port 8000"),
    ),
    "init": (
        ("From a site and its policy page", "cookiegate init https://www.shop.example/ policy.md"),
        ("From what a gate recorded, without questions", "cookiegate init seen-cookies --yes"),
        ("Only show what would be added", "cookiegate init policy.md --output -"),
    ),
    "check": (
        ("The file cookies.toml of this directory", "cookiegate check"),
        ("Another one, as JSON", "cookiegate check shop/cookies.toml --json"),
    ),
    "explain": (
        ("Before any choice", "cookiegate explain '_ga=1; Path=/' --registry cookies.toml"),
        (
            "After a choice, on https",
            "cookiegate explain '_ga=1' -r cookies.toml --granted statistics,marketing --https",
        ),
    ),
    "doctor": (
        ("The app that lies in this directory", "cookiegate doctor"),
        ("One that is named as for a server", "cookiegate doctor shop.main:app"),
    ),
    "audit": (
        ("A running site, against its registry", "cookiegate audit https://www.shop.example/ --registry cookies.toml"),
        (
            "In a real browser, before and after each choice",
            "cookiegate audit --browser https://www.shop.example/ -r cookies.toml -o audit.html",
        ),
        ("A recording of a browser, with a page for people", "cookiegate audit shop.har -r cookies.toml -o audit.html"),
        ("In CI: fail for errors only", "cookiegate audit http://127.0.0.1:8000/ -r cookies.toml --fail-on error"),
    ),
    "inventory": (
        ("What the gate recorded", "cookiegate inventory seen-cookies"),
        ("The rules that are missing, as TOML", "cookiegate inventory seen-cookies -r cookies.toml --format toml"),
    ),
    "consent": (
        ("A Cookie header, copied from a browser", "cookiegate consent 'CookieConsent={statistics:true}'"),
        ("A recording; older consents don't count", "cookiegate consent shop.har --max-age '13 months'"),
    ),
    "registry": (
        ("From a policy page to a registry", "cookiegate registry import policy.md --output cookies.toml"),
        ("And back to a page", "cookiegate registry render cookies.toml --format html"),
    ),
    "registry import": (
        ("A page that is online", "cookiegate registry import https://www.shop.example/cookies -o cookies.toml"),
        ("With the page's own words", "cookiegate registry import policy.md --map 'Functional=necessary'"),
    ),
    "registry render": (
        ("Tables for a policy page, as Markdown", "cookiegate registry render cookies.toml --output cookies.md"),
        ("A whole page", "cookiegate registry render --format html --standalone -o cookies.html"),
        ("In CI: does the page still say what the registry says?", "cookiegate registry render --check policy.md"),
    ),
    "registry lint": (
        ("In CI", "cookiegate registry lint cookies.toml"),
        ("Without one code", "cookiegate registry lint cookies.toml --ignore no-csrf"),
    ),
    "registry schema": (("For editors, beside the cookies.toml", "cookiegate registry schema -o cookies.schema.json"),),
    "receipts": (
        ("Is every record as it was written?", "cookiegate receipts verify --store receipts.db"),
        ("What did this visitor choose?", "cookiegate receipts show 2f1b9c --store receipts.db"),
    ),
    "receipts verify": (("A file of SQLite", "cookiegate receipts verify --store receipts.db"),),
    "receipts show": (("By the id in the visitor's cookie", "cookiegate receipts show 2f1b9c --store receipts.db"),),
    "receipts export": (
        ("All, for a spreadsheet", "cookiegate receipts export --store receipts.db -o receipts.csv"),
        ("One year", "cookiegate receipts export -s receipts.db --since 2026-01-01 --until 2027-01-01"),
    ),
    "receipts stats": (
        ("By week, with a plot", "cookiegate receipts stats -s receipts.db --by week --plot weeks.svg"),
    ),
    "receipts purge": (
        ("How many would go?", "cookiegate receipts purge -s receipts.db --older-than '3 years' --dry-run"),
    ),
}
"""By the command's path: what it does, and how it is called. The tests run the ones that need no site."""


def epilog(path: str) -> str:
    """Return the end of the help of a command, or of a group."""
    return "\n\n".join(f"\b\n{block}" for block in _blocks(path))


def _blocks(path: str) -> Iterator[str]:
    lines = [f"  {line}" for what, command in EXAMPLES[path] for line in (f"[dim]# {what}[/dim]", _escaped(command))]
    yield "\n".join(["[bold]Examples[/bold]", *lines])
    if not path:
        codes = [f"  [bold]{code}[/bold]  {text}" for code, text in EXIT_CODES.items()]
        yield "\n".join(["[bold]Exit codes[/bold]", *codes])
        line = "cookiegate --install-completion [dim]# bash, zsh, fish, PowerShell[/dim]"
        yield f"[bold]Shell completion[/bold]\n  {line}"


def _escaped(text: str) -> str:
    return text.replace("[", "\\[")
