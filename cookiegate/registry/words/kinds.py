"""What a column "Type" says that is no category: whose cookie it is, and how or how long it is stored.

Law: a text is one only if each of its words is; "Third-party tracking" may be a category.
"""

from functools import lru_cache

from cookiegate.registry.words.headings import words_of
from cookiegate.registry.words.vocabulary import phrases

__all__ = ["says_kind"]

_KEYS = ("cookie", "session", "persistent", "browser")
# Folded, in the languages in which consent platforms fill such a column.
_LISTED = (
    "and or the a st nd rd http https html js javascript ajax json server client side text string local storage "
    "web store flash temporary first second third party parties own external internal erst dritt erstanbieter "
    "drittanbieter erstpartei drittpartei erste dritte anbieter partei eigene eigenes eigener fremd temporar "
    "lokal speicher premiere tierce tiers partie interne externe propre temporaire stockage de du par des propia "
    "propias propio terceros tercero tercera primera parte temporal almacenamiento propri proprio proprietario "
    "prima terza terze terzi parti persistente persistenti temporaneo eerste derde derden partij eigen tijdelijk "
    "opslag propria proprios primeira terceira terceiros forsta forste tredje part parts forstepart tredjepart "
    "forsteparts tredjeparts forstapart forstaparts tredjepartscookie wlasne wlasny zewnetrzne zewnetrzny prvni "
    "treti strana strany ensimmainen kolmas osapuoli elso harmadik fel birinci ucuncu taraf"
)
_WORDS = frozenset(_LISTED.split())


@lru_cache(maxsize=4096)
def says_kind(text: str) -> bool:
    """Return whether a text only says first or third party, or the kind of storage: "HTTP", "Persistent cookie"."""
    return all(word[0].isdigit() or word in _WORDS or _is_named(word) for word in words_of(text))


def _is_named(word: str) -> bool:
    return any(phrases(key).find(word) for key in _KEYS)
