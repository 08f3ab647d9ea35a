"""How the banner looks: its layout, its theme and its colour scheme."""

from collections.abc import Mapping
from dataclasses import dataclass

from cookiegate.errors import ConfigError
from cookiegate.settings import Checked

__all__ = ["CHOICES", "Look"]

CHOICES: Mapping[str, tuple[str, ...]] = {
    "layout": ("bar", "box", "modal"),
    "theme": ("neutral", "govuk", "dark"),
    "color_scheme": ("page", "light", "dark", "auto"),
}
"""The values of each field of `Look`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One way to show the banner. The settings page has the same theme and colour scheme.

    Raises: `ConfigError` for a value that does not exist.
    """

    layout: str = "bar"
    theme: str = "neutral"
    color_scheme: str = "page"

    def __post_init__(self) -> None:
        checked = Checked("Look")
        for name, choices in CHOICES.items():
            checked.one_of(name, getattr(self, name), *choices)
        if checked.problems:
            raise ConfigError(checked.problems)

    @property
    def classes(self) -> str:
        """The classes of the banner's element."""
        return f"cookiegate-{self.layout} {self.theme_classes}"

    @property
    def theme_classes(self) -> str:
        """The classes of every other element that has the theme."""
        return f"cookiegate-{self.theme} cookiegate-scheme-{self.color_scheme}"

    @property
    def document_classes(self) -> str:
        """The classes of a document of its own. There `page` means what the visitor's system prefers."""
        return f"cookiegate-{self.theme} cookiegate-scheme-{self.color_scheme.replace('page', 'auto')}"

    def changed(self, fields: Mapping[str, str]) -> "Look":
        """Return this look with the fields that name a value that exists; everything else is ignored."""
        known = {name: fields[name] for name in CHOICES if fields.get(name) in CHOICES[name]}
        return Look(**{**{name: getattr(self, name) for name in CHOICES}, **known})
