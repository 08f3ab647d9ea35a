"""The words by which published policies call the four categories: English, German, French, Spanish, Italian, Dutch.

Law: a text counts as a whole. One word that is neither a category's nor a mere filler, or words of two categories, and
it is not understood. "Functional" is read as preferences, which need consent: the side on which a mistake harms nobody.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from cookiegate.errors import ConfigError
from cookiegate.model import Category
from cookiegate.registry.headings import words_of

__all__ = ["ANY_OTHER", "category_mapping", "category_of", "key_of"]

ANY_OTHER = "*"
"""The key of a mapping that stands for every word that is not understood, and for none at all."""

_WORDS = {
    Category.NECESSARY: (
        "necessary essential essentials required mandatory security "
        "notwendig notwendige notwendigen notwendiger erforderlich erforderliche erforderlichen essenziell essenzielle "
        "essentiell essentielle sicherheit "
        "nécessaire nécessaires essentiel essentiels essentielles obligatoire obligatoires "
        "necesaria necesarias necesario necesarios esencial esenciales técnica técnicas obligatoria obligatorias "
        "necessari necessario necessarie essenziale essenziali tecnici "
        "noodzakelijk noodzakelijke essentieel essentiële"
    ),
    Category.PREFERENCES: (
        "preference preferences functional functionality functionalities personalization personalisation comfort "
        "convenience customization customisation "
        "präferenz präferenzen funktional funktionale funktionalen funktionell funktionelle komfort personalisierung "
        "préférence préférences fonctionnel fonctionnels fonctionnelles fonctionnalité fonctionnalités "
        "personnalisation "
        "preferencia preferencias funcional funcionales funcionalidad personalización "
        "preferenza preferenze funzionale funzionali funzionalità personalizzazione "
        "voorkeur voorkeuren voorkeurs functioneel functionele"
    ),
    Category.STATISTICS: (
        "statistic statistics statistical analytics analytic analytical analysis performance measurement "
        "statistik statistiken statistische analyse analysen analytisch analytische leistung leistungs messung "
        "statistique statistiques analytique analytiques audience performances mesure "
        "estadística estadísticas estadístico analítica analíticas análisis rendimiento medición "
        "statistica statistiche statistici statistico analitici analitica analitico prestazioni "
        "statistiek statistieken prestatie prestaties"
    ),
    Category.MARKETING: (
        "marketing advertising advertisement advertisements ads ad targeting retargeting social "
        "werbung werbe werbliche soziale "
        "publicité publicitaire publicitaires ciblage sociaux "
        "publicidad publicitaria publicitarias redes sociales "
        "pubblicità pubblicitari pubblicitario profilazione "
        "advertentie advertenties reclame targetingcookies"
    ),
}
_OF_WORD = {word.casefold(): category for category, words in _WORDS.items() for word in words.split()}
_FILLER_WORDS = (
    "cookie cookies strictly absolutely always enabled active on allowed optional and the a of type types category "
    "categories our we use that are is which these set by us for to this site website purpose purposes with your "
    "consent first third party technically media networks related tracker trackers only optanon group "
    "unbedingt technisch immer aktiv und für die der zwecke zu kategorie mit einwilligung medien "
    "strictement toujours actif actifs et de d les des le la du à réseaux avec consentement "
    "estrictamente siempre activas activos y con consentimiento las los "
    "strettamente sempre attivi attivo e di i gli per le con consenso sociale "
    "strikt altijd ingeschakeld en van voor met toestemming"
)
_FILLERS = frozenset(_FILLER_WORDS.casefold().split())
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_COUNT = re.compile(r"[0-9]+[.)]?")
_LONGEST = 120


def key_of(text: str) -> str:
    """Return a word for a category as it is compared: without case, numbers, brackets and the word "cookies"."""
    words = words_of(_BRACKETS.sub(" ", text[:_LONGEST]))
    return " ".join(_bare(word) for word in words if not _COUNT.fullmatch(word) and word not in ("cookie", "cookies"))


def _bare(word: str) -> str:
    """Take "cookies" off a compound: `Werbecookies`."""
    return word.removesuffix("cookies") or word


@lru_cache(maxsize=4096)
def category_of(text: str) -> Category | None:
    """Return the category that a heading or a cell names as a whole; `None` for anything else."""
    if len(text) > _LONGEST:
        return None
    words = [word for word in key_of(text).split() if word not in _FILLERS]
    found = {_OF_WORD.get(word) for word in words}
    return found.pop() if len(found) == 1 else None


def category_mapping(pairs: Iterable[str] | Mapping[str, str]) -> dict[str, Category]:
    """Read a site's own words, as a mapping or as texts like `"Functional=necessary"`; `*` stands for all others.

    Raises: `ConfigError` with every pair that is none.
    """
    items = [(f"{key}={value}", key, value) for key, value in pairs.items()] if isinstance(pairs, Mapping) else None
    if items is None:
        items = [(pair, *_halves(pair)) for pair in pairs]
    found: dict[str, Category] = {}
    problems = []
    for pair, word, value in items:
        key = ANY_OTHER if word.strip() == ANY_OTHER else key_of(word)
        if not key:
            problems.append(f"category mapping: {pair!r}: no word before '='; write it like 'Functional=preferences'")
        elif value.strip().lower() not in set(Category):
            problems.append(
                f"category mapping: {pair!r}: {value!r} is no category; use one of {', '.join(Category)}, "
                "like 'Functional=preferences'"
            )
        else:
            found[key] = Category(value.strip().lower())
    if problems:
        raise ConfigError(problems)
    return found


def _halves(pair: str) -> tuple[str, str]:
    word, _, value = pair.rpartition("=")
    return word, value
