"""Object and list literals in a JavaScript file, such as the configuration of a consent banner.

Law: one pass, no recursion; no code is run, and what is no literal is left out. Source: ECMA-262 §12, §13.2.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from cookiegate.errors import ConfigError

__all__ = ["Pattern", "javascript_objects"]

_MAX_DEPTH = 500
_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/)|(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)"""
    r"""|(?P<number>-?[0-9][0-9_.eE]*)|(?P<word>[A-Za-z_$][\w$.]*)|(?P<punctuation>.)""",
    re.DOTALL,
)
_REGEX = re.compile(r"/((?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)/[a-z]*")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_WORDS = {"true": True, "false": False, "null": None, "undefined": None}
_CLOSING = {"{": "}", "[": "]", "(": ")"}
_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression."""

    text: str


@dataclass(slots=True)
class _Frame:
    opening: str
    items: list[Any] = field(default_factory=list)
    named: dict[str, Any] = field(default_factory=dict)
    key: str | None = None
    value: Any = _NOTHING
    is_expression: bool = False
    owner: str = ""
    """The target of the assignment."""
    name: str = ""
    """The last word in the literal."""

    def put(self, value: Any) -> None:
        self.is_expression = self.is_expression or self.value is not _NOTHING
        self.value = value

    def end_entry(self) -> None:
        if self.value is not _NOTHING and not self.is_expression:
            if self.opening == "{" and self.key is not None:
                self.named[self.key] = self.value
            elif self.opening == "[":
                self.items.append(self.value)
        self.key, self.value, self.is_expression = None, _NOTHING, False


def javascript_objects(text: str) -> list[dict[str, Any]]:
    """Return the outermost object literals of a file; `name` of an assignment to `a.b.name` is in `"$name"`.

    Raises: `ConfigError` for literals nested deeper than 500.
    """
    found: list[dict[str, Any]] = []
    stack = [_Frame("")]
    at, before = 0, ""
    while at < len(text):
        regex = _REGEX.match(text, at) if text[at] == "/" and before in ("", *"(,:=[!&|?{};") else None
        token = None if regex is not None and text[at + 1] not in "/*" else _TOKEN.match(text, at)
        if token is None:
            stack[-1].put(Pattern(regex[1] if regex else ""))
            at = regex.end() if regex else at + 1
            before = "regex"
            continue
        at = token.end()
        if token.lastgroup == "skip":
            continue
        before = token[0]
        _take(token, stack, found)
        if len(stack) > _MAX_DEPTH:
            raise ConfigError([f"literals are nested more than {_MAX_DEPTH} deep; give the configuration alone"])
    return found


def _take(token: "re.Match[str]", stack: list[_Frame], found: list[dict[str, Any]]) -> None:
    frame, text = stack[-1], token[0]
    if token.lastgroup == "string":
        frame.put(_string(text))
    elif token.lastgroup == "number":
        frame.put(text)
    elif token.lastgroup == "word":
        if text in _WORDS:
            frame.put(_WORDS[text])
        else:
            frame.name = text
            frame.put(text) if frame.opening == "{" and frame.key is None else frame.put(None)
    elif text in _CLOSING:
        stack.append(_Frame(text, owner=frame.name))
    elif text in ")]}":
        _close(stack, text, found)
    elif text == ":" and frame.opening == "{" and frame.key is None and isinstance(frame.value, str):
        frame.key, frame.value, frame.is_expression = frame.value, _NOTHING, False
    elif text == "," or (text in ";=" and not frame.opening):
        frame.end_entry()
    elif frame.opening == "{" and frame.key is None and text in ";=":
        frame.value, frame.is_expression = _NOTHING, False
    else:
        frame.is_expression = True


def _close(stack: list[_Frame], text: str, found: list[dict[str, Any]]) -> None:
    if len(stack) == 1 or _CLOSING[stack[-1].opening] != text:
        return
    frame = stack.pop()
    frame.end_entry()
    parent = stack[-1]
    if frame.opening == "{":
        if parent.opening in ("", "(") or (parent.opening == "{" and parent.key is None):
            found.append({"$name": frame.owner.rpartition(".")[2], **frame.named})
        parent.put(frame.named)
    elif frame.opening == "[":
        parent.put(frame.items)
    else:
        parent.is_expression = True


def _string(text: str) -> str:
    return _ESCAPE.sub(_unescaped, text[1:-1])


def _unescaped(found: "re.Match[str]") -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(found[3], found[3])
