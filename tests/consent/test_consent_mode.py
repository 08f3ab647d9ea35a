import json

import pytest

from cookiegate.consent.mode import consent_mode
from cookiegate.model import NO_CONSENT, Consent

TYPES = {
    "marketing": {"ad_storage", "ad_user_data", "ad_personalization"},
    "statistics": {"analytics_storage"},
    "preferences": {"functionality_storage", "personalization_storage"},
}


def granted(consent: Consent) -> set[str]:
    return {name for name, state in consent_mode(consent).items() if state == "granted"}


def test_without_consent_only_security_storage_is_granted() -> None:
    assert granted(NO_CONSENT) == {"security_storage"}


@pytest.mark.parametrize("category", TYPES)
def test_category_grants_its_types(category: str) -> None:
    assert granted(Consent({category})) == {"security_storage"} | TYPES[category]


def test_every_type_is_said_even_when_denied() -> None:
    assert json.dumps(consent_mode(Consent({"statistics"}))) == (
        '{"ad_storage": "denied", "ad_user_data": "denied", "ad_personalization": "denied", '
        '"analytics_storage": "granted", "functionality_storage": "denied", "personalization_storage": "denied", '
        '"security_storage": "granted"}'
    )
