"""Options for reading a file: by its platform, and by the user."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cookiegate.model import Category
from cookiegate.registry.proposals import NO_GAPS, Gaps

__all__ = ["Reading"]


@dataclass(frozen=True, slots=True)
class Reading:
    """Options in which files differ."""

    categories: Mapping[str, Category] = field(default_factory=dict)
    """The site's own words for the categories, as `category_mapping` gives them."""
    own_words: Mapping[str, str] = field(default_factory=dict)
    """The words that the user gave, by their key: they need no remarks, unless the file lacks them."""
    is_number_sign_any: bool = False
    """`#` in a name means any characters."""
    are_names_exact: bool = False
    """A cell is exactly one name: no aliases, lists or placeholders."""
    are_domains_own: bool = True
    """Domains are those for which the site itself sets the cookie."""
    words_by_name: frozenset[str] = frozenset()
    """Words for categories with necessary and other cookies: what cookiegate knows about the name decides."""
    gaps: Gaps = NO_GAPS
    """How missing categories and texts are filled in."""
    is_known_left_out: bool = False
    """Leave out cookies that cookiegate knows as necessary: the file is not a site's own list."""
