"""The contrast ratio of two colours.

Source: WCAG 2.2, definitions of contrast ratio and relative luminance.
"""

from collections.abc import Sequence

__all__ = ["contrast"]


def contrast(one: Sequence[float] | None, other: Sequence[float] | None) -> float | None:
    """Return the ratio, from 1 to 21, of two colours (red, green, blue from 0 to 255); `None` if one is not known."""
    if one is None or other is None:
        return None
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return round((lighter + 0.05) / (darker + 0.05), 1)


def _luminance(colour: Sequence[float]) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (each / 255 for each in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
