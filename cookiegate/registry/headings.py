"""What the columns of a published table hold, told by their headings: English, German, French, Spanish, Italian, Dutch.

A heading counts as a whole phrase first, else by the most telling word in it. JSON keys are read the same way:
`retentionPeriod` and `retention_period` are two words.
"""

import re
import unicodedata
from enum import Enum, auto
from functools import lru_cache

__all__ = ["Column", "column_of", "words_of"]


class Column(Enum):
    """What a column says of a cookie."""

    NAME = auto()
    PURPOSE = auto()
    LIFETIME = auto()
    CATEGORY = auto()
    KIND = auto()
    """Cookie or other storage, first or third party; some tables give the category here."""
    PROVIDER = auto()
    SOURCE = auto()
    DOMAINS = auto()
    PATHS = auto()
    ATTRIBUTES = auto()
    SECURE = auto()
    HTTP_ONLY = auto()
    SAME_SITE = auto()
    WILDCARD = auto()
    """1: the name is the beginning of the names that are meant."""


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 200

_PHRASES: dict[Column, tuple[str, ...]] = {
    Column.NAME: (
        # the later, the more telling: a table may have columns "Cookie", "Name" and "Cookie name"
        "cookie|cookies|key|keks|das cookie|le cookie|cookie id|tracker|identifier|bezeichnung|kennung",
        "name|names|nom|noms|nombre|nome|nomi|naam|nombres",
        (
            "cookie name|cookie names|name cookie|name of cookie|name of the cookie|cookies name|cookie key"
            "|cookie data key name|name des cookies|cookie namen|nom du cookie|nom cookie|nombre de la cookie"
            "|nombre cookie|nome del cookie|nome cookie|cookie naam|cookienaam|naam van de cookie|naam cookie"
            "|cookiename"
        ),
    ),
    Column.KIND: ("type|typ|art|kind|tipo|tipologia|soort|cookies used|cookie type|type of cookie|tracker type",),
    Column.DOMAINS: ("cookie subgroup|host|hosts|domain|domains",),
    Column.SOURCE: ("source|documentation|more information|weitere informationen|user privacy gdpr rights portals",),
    Column.WILDCARD: ("wildcard match|wildcard",),
    Column.ATTRIBUTES: ("attributes|attribute|flags",),
    Column.SECURE: ("secure|is secure|secure flag",),
    Column.HTTP_ONLY: ("httponly|http only|is http only|httponly flag|http only flag",),
    Column.SAME_SITE: ("samesite|same site",),
    Column.PATHS: ("path|paths|pfad|pfade|cookie path",),
    Column.CATEGORY: ("purpose category|consent category|cookie category|cookie group|cookie gruppe|optanon group",),
}

# In this order: a heading with words of two columns belongs to the first.
_WORDS: dict[Column, str] = {
    Column.LIFETIME: (
        "duration lifetime lifespan expiry expiration expires expire retention validity ttl period long life "
        "dauer laufzeit speicherdauer lebensdauer ablauf ablaufdatum ablaufzeit gültigkeit gültigkeitsdauer "
        "speicherfrist aufbewahrung aufbewahrungsdauer löschfrist funktionsdauer verfallsdatum "
        "durée conservation validité duración caducidad vencimiento plazo vigencia expiración durata scadenza "
        "conservazione bewaartermijn bewaarperiode duur looptijd vervaltijd verloopt geldigheid levensduur verval"
    ),
    Column.CATEGORY: "category categories classification kategorie gruppe catégorie categoría categoria categorie",
    Column.PURPOSE: (
        "purpose purposes description descriptions what why function use used usage explanation details "
        "zweck zwecke beschreibung funktion verwendungszweck erklärung verwendung nutzen einsatzzweck "
        "finalité finalités objectif utilité usage but finalidad descripción propósito objetivo uso función "
        "finalità descrizione scopo funzione doel omschrijving beschrijving functie doeleinde doeleinden waarvoor"
    ),
    Column.PROVIDER: (
        "provider providers vendor company controller owner issuer publisher service party placed supplier "
        "anbieter herausgeber verantwortlicher dienst anbietername betreiber herkunft "
        "fournisseur émetteur prestataire éditeur société proveedor titular empresa emisor "
        "fornitore titolare gestore aanbieder leverancier partij"
    ),
    Column.SOURCE: "privacy link datenschutzerklärung datenschutz",
    Column.DOMAINS: "domain domains host hosts domaine dominio domein domäne",
    Column.KIND: "type typ art kind tipo tipologia soort",
    Column.NAME: "name nom nombre nome naam cookie cookies cookiename",
}

_RANKS: dict[str, tuple[Column, int]] = {
    phrase.casefold(): (column, rank)
    for column, ranked in _PHRASES.items()
    for rank, phrases in enumerate(ranked, start=1)
    for phrase in phrases.split("|")
}
_OF_WORD: dict[str, Column] = {}
for _column, _listed in _WORDS.items():
    for _word in _listed.split():
        _OF_WORD.setdefault(_word.casefold(), _column)
_ORDER = {column: place for place, column in enumerate(_WORDS)}


def words_of(text: str) -> list[str]:
    """Split a heading into its words, in lower case: at spaces and punctuation, and where camelCase has its humps."""
    return _WORD.findall(_CAMEL.sub(" ", unicodedata.normalize("NFC", text[:_LONGEST])).casefold())


@lru_cache(maxsize=4096)
def column_of(heading: str) -> tuple[Column, int] | None:
    """Tell what a column holds, and how telling its heading is (0: one word of it); `None` if that is not known."""
    words = words_of(heading)
    if found := _RANKS.get(" ".join(words)):
        return found
    known = [_OF_WORD[word] for word in words if word in _OF_WORD]
    return (min(known, key=_ORDER.__getitem__), 0) if known else None
