"""Lifetimes in the words of published policies, put into the words that `parse_lifetime` reads; nothing is rounded.

English, German, French, Spanish, Italian and Dutch units, abbreviations ("1 yr", "30 mins", "24h"), and the common
phrases for the end of the browser session and for no limit. What says more than that is not understood.
"""

import re
from functools import lru_cache

from cookiegate.lifetime import parse_lifetime
from cookiegate.model import Lifetime

__all__ = ["SAYS_NOTHING", "lifetime_of"]

SAYS_NOTHING = frozenset({"", "-", "--", "\u2013", "\u2014", "n/a", "na", "n.a.", "none", "k.a.", "/"})
"""Cells that stand for an empty one."""

_UNITS = {
    "second": "s sec secs second seconds sekunde sekunden seconde secondes segundo segundos secondo secondi seconden",
    "minute": "m min mins minute minutes minuten minuto minutos minuti minuut",
    "hour": "h hr hrs hour hours stunde stunden heure heures hora horas ora ore uur uren std",
    "day": "d day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen",
    "week": "w wk wks week weeks woche wochen semaine semaines semana semanas settimana settimane weken",
    "month": "mo mon mos mth mths month months monat monate monaten mois mes meses mese mesi maand maanden",
    "year": "y yr yrs year years jahr jahre jahren an ans année années año años anno anni jaar jaren",
}
_UNIT = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "one a an ein eine einen un une una uno een één",
            "two zwei deux dos due twee",
            "three drei trois tres tre drie",
            "four vier quatre cuatro quattro",
            "five fünf cinq cinco cinque vijf",
            "six sechs seis sei zes",
            "seven sieben sept siete sette zeven",
            "eight acht huit ocho otto",
            "nine neun neuf nueve nove negen",
            "ten zehn dix diez dieci tien",
            "eleven elf onze once undici",
            "twelve zwölf douze doce dodici twaalf",
        ),
        start=1,
    )
    for word in words.split()
}
_PHRASES = {
    "session": (
        "session|sessions|session cookie|session cookies|session-cookie|session-based|end of session|end of the session"
        "|end of session (browser)|session end|browser session|end of browser session|end of browsing session"
        "|until the browser is closed|until browser is closed|until you close your browser|when you close your browser"
        "|when the browser is closed|when browser is closed|duration of session|duration of the session"
        "|for the duration of the session|during the session|per session|current session"
        "|sitzung|sitzungsende|ende der sitzung|ende der browsersitzung|browsersitzung|session-ende|bis sitzungsende"
        "|bis zum ende der sitzung|bis zum schließen des browsers|bis der browser geschlossen wird|sitzungscookie"
        "|fin de session|fin de la session|session de navigation|durée de la session|jusqu'à la fermeture du navigateur"
        "|sesión|de sesión|fin de sesión|fin de la sesión|final de la sesión|al cerrar el navegador"
        "|al finalizar la sesión"
        "|sessione|di sessione|fine sessione|fine della sessione|alla chiusura del browser"
        "|sessie|einde sessie|einde van de sessie|sessiecookie|tot het sluiten van de browser"
    ),
    "persistent": (
        "persistent|persistent cookie|persistent cookies|permanent|never|never expires|does not expire|no expiration"
        "|no expiry|forever|unlimited|indefinite|indefinitely|no limit"
        "|dauerhaft|unbegrenzt|unbefristet|persistente|permanente|permanentes|persistant|persistante|illimité|illimitée"
        "|ilimitado|ilimitada|indefinido|illimitato|illimitata|onbeperkt|blijvend"
    ),
    "varies": (
        "varies|various|variable|varying|variabel|unterschiedlich|verschieden|variiert|varie|varia|wisselend|varieert"
    ),
}
_PHRASE = {phrase.casefold(): meaning for meaning, phrases in _PHRASES.items() for phrase in phrases.split("|")}
_AMOUNT = re.compile(r"([0-9]{1,9}|[^\W\d_]+) ?([^\W\d_]+)\.?")
_JOINTS = re.compile(r"[,;+]|\b(?:and|und|et|y|e|en)\b")
_LONGEST = 120


@lru_cache(maxsize=4096)
def lifetime_of(text: str) -> Lifetime | None:
    """Read a lifetime as a policy puts it; where `parse_lifetime` reads the text, its words stay. `None`: not read."""
    if len(text) > _LONGEST:
        return _as_it_is(text)
    return _as_it_is(text) or _translated(" ".join(text.casefold().replace("\u2019", "'").split()).rstrip("."))


def _as_it_is(text: str) -> Lifetime | None:
    try:
        return parse_lifetime(text)
    except ValueError:
        return None


def _translated(words: str) -> Lifetime | None:
    if words in _PHRASE:
        return parse_lifetime(_PHRASE[words])
    rest = _JOINTS.sub(" ", words)
    amounts = []
    for found in _AMOUNT.finditer(rest):
        number = int(found[1]) if found[1].isdecimal() else _NUMBERS.get(found[1], 0)
        unit = _UNIT.get(found[2])
        if not number or unit is None:
            return None
        amounts.append(f"{number} {unit}{'s' * (number != 1)}")
    return parse_lifetime(" ".join(amounts)) if amounts and not _AMOUNT.sub("", rest).strip() else None
