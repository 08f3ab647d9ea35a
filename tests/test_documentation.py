"""Links from messages, reports and files to the documentation's entry of a code."""

from cookiegate.documentation import BASE_URL, url_of_code


def test_url_is_that_of_the_entry():
    assert url_of_code("reason", "not-granted") == f"{BASE_URL}reference/codes.html#reason-not-granted"


def test_django_ids_become_an_anchor():
    assert url_of_code("django", "cookiegate.E001").endswith("#django-cookiegate-e001")
