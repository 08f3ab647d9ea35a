"""A command that does not exist: the message names the one that was probably meant, in whatever group it is."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from typer.core import TyperGroup

__all__ = ["Group"]

_MEANT = {
    "validate": "check", "verify-config": "check", "test": "check", "scan": "audit", "crawl": "audit", "visit": "audit",
    "run": "demo", "serve": "demo", "example": "demo", "new": "init", "create": "init", "generate": "init",
    "start": "init", "diagnose": "doctor", "examine": "doctor", "why": "explain", "decide": "explain",
    "report": "inventory", "list": "inventory", "seen": "inventory", "detect": "consent", "platform": "consent",
    "policy": "registry render", "html": "registry render", "publish": "registry render", "convert": "registry import",
    "read": "registry import", "proof": "receipts show", "delete": "receipts purge", "count": "receipts stats",
    "help": "--help", "version": "--version", "completion": "--show-completion",
}  # fmt: skip
"""What people try, and the command that does it."""
_CLOSE = 0.7


class Group(TyperGroup):
    """A group of commands."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find a command; end with exit code 2 and the name that was probably meant if there is none."""
        name = str(args[0])
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            root = ctx.find_root()
            meant = _meant(name, [*_paths(root.command, root)], ctx.command.name)
            hint = f" Did you mean '{root.info_name} {meant}'?" if meant else f" '{root.info_name} --help' lists all."
            ctx.fail(f"No such command {name[:80]!r}.{hint}")
        return super().resolve_command(ctx, args)


def _paths(group: Any, ctx: Any) -> Iterator[str]:
    """Yield the path of each command: `check`, `registry`, `registry lint`."""
    for name in group.list_commands(ctx):
        yield name
        command = group.get_command(ctx, name)
        if isinstance(command, TyperGroup):
            yield from (f"{name} {below}" for below in _paths(command, ctx))


def _meant(name: str, paths: list[str], group: str | None) -> str | None:
    """Return the path of the command that was probably meant: first of those in the same group."""
    word = name.lower().replace("_", "-")
    by_leaf: dict[str, str] = {}
    for path in sorted(paths, key=lambda path: not path.startswith(f"{group} ")):
        by_leaf.setdefault(path.rpartition(" ")[2], path)
        by_leaf.setdefault(path.replace(" ", "-"), path)
        by_leaf.setdefault("-".join(reversed(path.split())), path)
    if word in by_leaf:
        return by_leaf[word]
    if word in _MEANT:
        return _MEANT[word]
    close = get_close_matches(word, by_leaf, 1, _CLOSE)
    return by_leaf[close[0]] if close else None
