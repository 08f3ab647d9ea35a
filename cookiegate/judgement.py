"""`Judgement`: the policy's answer, shared by many lines. The policy makes it, and the engine applies it to lines."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from cookiegate.model import Action, Category, CookieRule, Reason

__all__ = ["DROP", "KEEP", "Entry", "Judgement"]


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """The policy's answer for one name and its attributes, for one set of granted categories and http or https.

    It holds neither name nor value, so that all lines with the same rule and name prefix can share it. Judgements
    compare by identity: tables use them as keys.
    """

    action: Action
    policy_rule: int
    """The numbered rule of `cookiegate.policy` that decided."""
    reason: Reason | None = None
    """`None` if a category is refused: then the response's consent has the reason."""
    refused: Category | None = None
    """The category that is not granted."""
    category: Category | None = None
    rule: CookieRule | None = None
    """The registry's rule."""
    changes: tuple[str, ...] = ()
    tail: bytes = b""
    """The attributes to send, from the first `;` on, if the line is rewritten."""
    is_deletion: bool = False
    """The line leaves without its value."""
    is_trimmed: bool = False
    """Blanks around name and value are taken away."""
    is_enforced: bool = True
    """False where the rule, or the name, is still in report-only: the line leaves as the app sent it."""

    def __post_init__(self) -> None:
        if self.rule is not None and self.rule.mode != "enforce":
            object.__setattr__(self, "is_enforced", False)

    def write(self, line: bytes) -> bytes | None:
        """Return the line to send instead of `line`; `None` if it is dropped."""
        if self.action is Action.DROP:
            return None
        if self.action is Action.KEEP:
            return line
        pair = line.partition(b";")[0]
        name, _, value = pair.partition(b"=")
        if self.is_deletion:
            return name.strip(b" \t") + b"=" + self.tail
        if self.is_trimmed:
            return name.strip(b" \t") + b"=" + value.strip(b" \t") + self.tail
        return pair + self.tail


KEEP: Final = b"; as it is"
"""The line leaves unchanged. Compare with `is`."""
DROP: Final = b""
"""The line does not leave."""

Entry: TypeAlias = tuple[bytes | None, Judgement]
"""A table's entry: the attributes to write after `name=value`, or `KEEP`, or `DROP`; `None`: the judgement decides."""
