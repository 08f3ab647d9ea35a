"""Complianz' cookies, one for each category."""

from collections.abc import Callable

import pytest

from cookiegate.errors import ConfigError
from cookiegate.model import Consent

Granted = Callable[..., str | None]
Read = Callable[..., Consent | None]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("cmplz_statistics=allow; cmplz_marketing=deny", "statistics"),
        ("cmplz_rt_statistics=allow; cmplz_rt_marketing=deny", "statistics"),
        ("cmplz_statistics=allow; cmplz_rt_statistics=deny", ""),
        ("cmplz_statistics=allow; cmplz_statistics=deny", ""),
        ("cmplz_statistics=allo; cmplz_preferences=allow", "preferences"),
        ("cmplz_statistics-anonymous=allow; cmplz_functional=allow", ""),
        ("cmplz_consented_services={%22marketing%22:true}; cmplz_functional=allow", ""),
        ("cmplz_statistics=allow; cmplz_policy_id=1; cmplz_policy_id=2", "unreadable"),
        ("cmplz_policy_id=14; cmplz_banner-status=dismissed", None),
        ("cmplz_=allow; xcmplz_statistics=allow", None),
        ("", None),
    ],
)
def test_complianz_reads_its_categories(granted: Granted, header: str, expected: str | None) -> None:
    assert granted("Complianz", header) == expected


def test_complianz_is_explicit_by_the_dismissed_banner(read: Read) -> None:
    for banner, is_explicit in (("; cmplz_banner-status=dismissed", True), ("", False)):
        consent = read("Complianz", f"cmplz_statistics=allow; cmplz_policy_id=14{banner}")
        assert consent == Consent({"statistics"}, source="Complianz", revision="14", explicit=is_explicit)


def test_complianz_refuses_a_choice_for_another_policy(granted: Granted) -> None:
    assert granted("Complianz", "cmplz_statistics=allow; cmplz_policy_id=14", policy_id=14) == "statistics"
    assert granted("Complianz", "cmplz_statistics=allow; cmplz_policy_id=14", policy_id="15") == "unreadable"
    assert granted("Complianz", "cmplz_statistics=allow", policy_id="15") == "unreadable"


def test_complianz_refuses_a_wrong_policy_id_and_prefix(read: Read) -> None:
    with pytest.raises(ConfigError) as caught:
        read("Complianz", "", policy_id=True, prefix="a;b")
    assert caught.value.problems == (
        "Complianz: prefix 'a;b': no cookie name; use letters, digits, '-', '_' and '.'",
        "Complianz: policy_id True: no text or whole number; give the value that the platform shows",
    )
