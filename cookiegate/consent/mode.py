"""Google Consent Mode v2: a consent as Google's tags expect it.

Law: each of the seven types is granted or denied by one category, in the order of Google's documentation.
Source: https://support.google.com/analytics/answer/12334711 and
https://developers.google.com/tag-platform/security/guides/consent
"""

from types import MappingProxyType
from typing import Literal

from cookiegate.model import Category, Consent

__all__ = ["consent_mode"]

_TYPES = MappingProxyType(
    {
        "ad_storage": Category.MARKETING,
        "ad_user_data": Category.MARKETING,
        "ad_personalization": Category.MARKETING,
        "analytics_storage": Category.STATISTICS,
        "functionality_storage": Category.PREFERENCES,
        "personalization_storage": Category.PREFERENCES,
        "security_storage": Category.NECESSARY,
    }
)


def consent_mode(consent: Consent) -> dict[str, Literal["granted", "denied"]]:
    """Return what `gtag("consent", "default", ...)` takes, in the order of Google's documentation.

    The result has fixed words only, so as JSON it can be written into a script of the page without escaping.
    """
    return {name: "granted" if consent.allows(category) else "denied" for name, category in _TYPES.items()}
