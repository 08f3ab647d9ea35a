"""What a heading means, in six languages and as a JSON key."""

import pytest

from cookiegate.registry.words.headings import Column, column_of, words_of


@pytest.mark.parametrize(
    ("column", "headings"),
    [
        (Column.NAME, "Cookie Name|Cookie|Name des Cookies|Nom|Nombre|Naam|cookieName|COOKIES"),
        (Column.PURPOSE, "Purpose|Description of the cookie|What is it for?|Zweck|Finalité|Descripción|Scopo|Doel"),
        (
            Column.LIFETIME,
            (
                "Duration|Expiration|How long does it last?|Maximum Storage Duration|retentionPeriod|Speicherdauer|"
                "Durée de "
                "conservation|Caducidad|Scadenza|Bewaartermijn|cookie_lifespan"
            ),
        ),
        (Column.CATEGORY, "Category|Cookie-Kategorie|Catégorie|Purpose category"),
        (
            Column.PROVIDER,
            "Provider / Domain|Vendor|Data Controller|Anbieter|Fournisseur|Proveedor|Fornitore|Aanbieder",
        ),
        (Column.DOMAINS, "Domain|Host|Domaine"),
        (Column.KIND, "Type|Typ|Art des Cookies"),
        (Column.HTTP_ONLY, "HTTPOnly|http_only|HttpOnly"),
        (Column.SOURCE, "Privacy policy|Datenschutzerklärung"),
    ],
)
def test_heading_is_known_by_its_words(column, headings):
    found = {heading: known and known[0] for heading in headings.split("|") if (known := column_of(heading)) or True}
    assert found == dict.fromkeys(headings.split("|"), column)


@pytest.mark.parametrize("heading", ["", "ID", "Initiator", "x" * 10_000])
def test_other_headings_mean_nothing(heading):
    assert column_of(heading) is None


def test_camel_case_is_split_at_its_humps():
    assert words_of("HTTPOnly wildcardMatch X") == ["http", "only", "wildcard", "match", "x"]
