"""Text from outside, escaped for people who read it: on a terminal, in a log, in XML.

Law: what is returned can't move a cursor, end a line or break an encoding.
"""

__all__ = ["escaped"]


def escaped(text: str) -> str:
    """Return a text in which each character that is not printable is written as a Python escape."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
