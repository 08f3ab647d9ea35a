"""The number or id at the end of a cookie's name: the inventory's families, and the patterns that import proposes."""

import pytest

from cookiegate.registry.numbered_name import family_of, pattern_of


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("_ga_AB12CD34", "_ga_*"),
        ("_hjSession_123", "_hjSession_*"),
        ("wp-settings-time-1", "wp-settings-time-*"),
        ("sess-550e8400-e29b-41d4-a716-446655440000", "sess-*"),
        ("cart.1a2b3c4d5e6f", "cart.*"),
        ("visit202601", "visit*"),
        ("x0123456789abcdef", "x*"),
        ("id_aB3dE5gH7j", "id_*"),
        ("_ga", None),
        ("utm_source", None),
        ("oauth2", None),
        ("_AB12CD34", "_*"),
        ("123456", None),
        ("", None),
        ("PHPSESSID", None),
        ("ARRAffinitySameSite", None),
    ],
)
def test_family_is_what_stays_before_an_id(name, family):
    assert family_of(name) == family


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("_ga_AB12CD34", "_ga_*"),
        ("_gat_UA-26179049-1", "_gat_*"),
        ("_gat_gtag_UA_1", None),
        ("_dc_gtm_UA-1", "_dc_gtm_*"),
        ("_pk_id.1.1fff", None),
        ("_hjSession_123", "_hjSession_*"),
        ("sess-550e8400-e29b-41d4-a716-446655440000", "sess-*"),
        ("cart.1a2b3c4d5e6f", "cart.*"),
        ("cart_123_4", "cart_*"),
        ("wp-settings-time-1", None),
        ("visit202601", None),
        ("wp_woocommerce2024", None),
        ("_AB12CD34", None),
        ("_ga_*", None),
        ("_ga", None),
    ],
)
def test_pattern_is_proposed_for_the_number_of_a_site_alone(name, pattern):
    assert pattern_of(name) == pattern


@pytest.mark.parametrize("name", ["_ga_AB12CD34", "_gat_UA-26179049-1", "cart.1a2b3c4d5e6f", "cart_123_4"])
def test_pattern_is_the_family(name):
    assert pattern_of(name) == family_of(name)
