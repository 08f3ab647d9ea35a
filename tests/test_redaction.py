"""Secrets in texts are replaced, in linear time."""

import pytest

from cookiegate.errors import ConfigError, ReceiptStoreError
from cookiegate.redaction import redacted

SHOWN = [
    # userinfo
    ("postgresql://site:hunter2@127.0.0.1:1/site", "postgresql://site:***@127.0.0.1:1/site"),
    ("postgresql://site@host/db", "postgresql://site@host/db"),
    ("POSTGRES://site:hunter2@host", "POSTGRES://site:***@host"),
    ("postgresql://site:hun@ter2@host/db", "postgresql://site:***@host/db"),
    ("postgresql://site:hun/ter2@host/db", "postgresql://site:***@host/db"),
    ("postgresql://site:hun?ter2@host/db", "postgresql://site:***@host/db"),
    ("postgresql://site:hun#ter2@host/db", "postgresql://site:***@host/db"),
    ("postgresql://site:hunter 2@host/db", "postgresql://site:***@host/db"),
    ("postgresql://site:hunter2", "postgresql://site:***@***"),
    ("postgresql://site=x&y:hunter2@host", "postgresql://***@host"),
    ("'postgresql://site:hun'ter2@host/db'; and on", "'postgresql://site:***@host/db'; and on"),
    ("mysql://root:hunter2@host/db", "mysql://***@host/db"),
    ("oracle://scott/hunter2@host", "oracle://***@host"),
    ("redis://:hunter2@host:6379/0", "redis://***@host:6379/0"),
    ("https://site:hunter2@example.com/a", "https://***@example.com/a"),
    ("https://hunter2@example.com/a", "https://***@example.com/a"),
    ("https://site:hunter2/x@example.com/a", "https://***@example.com/a"),
    # parameters
    ("postgresql://h/db?password=hunter2&sslmode=require", "postgresql://h/db?password=***&sslmode=require"),
    ("postgresql://h/db?sslmode=require&sslpassword=hunter2", "postgresql://h/db?sslmode=require&sslpassword=***"),
    ("postgresql://h/db?PASSWORD=hunter2", "postgresql://h/db?PASSWORD=***"),
    ("postgresql://h/db?pass%77ord=hunter2", "postgresql://h/db?pass%77ord=***"),
    ("postgresql://h/db?pasword=hunter2;user=u", "postgresql://h/db?pasword=***;user=u"),
    ("postgresql://h/db?options=-cmy.secret%3Dhunter2", "postgresql://h/db?options=***"),
    ("postgresql://h/db?hunter2", "postgresql://h/db?***"),
    ("postgresql://h/db?password=&x", "postgresql://h/db?password=&***"),
    ("mssql+pyodbc:///?odbc_connect=PWD%3Dhunter2", "mssql+pyodbc:///?odbc_connect=***"),
    ("sqlite:///file:/r.db?mode=ro&key=hunter2&uri=true", "sqlite:///file:/r.db?mode=ro&key=***&uri=true"),
    ("https://example.com/a?q=hunter2#top", "https://example.com/a?q=***#top"),
    ("https://example.com/a#access_token=hunter2", "https://example.com/a#***"),
    # settings
    ("host=h password=hunter2 dbname=db", "host=h password=*** dbname=db"),
    ("password = 'hunter 2' host=h", "password = *** host=h"),
    ("{'password': 'hunter2', 'user': 'u'}", "{'password': ***, 'user': 'u'}"),
    ('{"api_key": "hunter2"}', '{"api_key": ***}'),
    ("OwnConsent(secret=['hunter2', 'hunter3'])", "OwnConsent(secret=***)"),
    ("SECRET_KEY=hunter2", "SECRET_KEY=***"),
    ("OwnConsent: secret: is 'hunter2'; use text", "OwnConsent: secret: is ***; use text"),
    # several
    ("a://u:hunter2@h and b://u:hunter3@h", "a://***@h and b://***@h"),
]  # fmt: skip
OPEN = [
    "",
    "sqlite:////srv/a@b/receipts.db",
    "https://example.com/users/@me",
    "https://example.com:8000/a#b",
    "postgresql://[::1]:5432/db: no answer; ask a@b",
    "postgresql://127.0.0.1:5432/db: no answer; ask a@b",
    "postgresql://h,h2:5432/db?target_session_attrs=any",
    "postgresql://h/db?application_name=a@b",
    'FATAL: password authentication failed for user "site"',
    "OwnConsent: secret is too short, or no text; use at least 16 random characters",
    "cookies.toml: cookie[3] '_ga': unknown category 'stats'; use one of necessary",
]


@pytest.mark.parametrize(("text", "seen"), SHOWN)
def test_secret_is_hidden_and_the_rest_is_shown(text, seen):
    assert redacted(text) == seen


@pytest.mark.parametrize("text", OPEN)
def test_text_without_a_secret_stays_as_it_is(text):
    assert redacted(text) == text


@pytest.mark.parametrize("text", [seen for _, seen in SHOWN])
def test_hiding_twice_changes_nothing(text):
    assert redacted(text) == text


@pytest.mark.parametrize(
    "piece",
    [
        "a", "://", "a://", "a:b://", "a://u:", "a://u:x@", "postgresql://u:p ", "'", "password=", "pass", "passa",
        "secret=[", "secret=(", "secret='", "secret='\\", "'pass':", "@", "?", "&", "&a=b", ";", "\n", "\\", "[",
    ],
)  # fmt: skip
def test_time_grows_with_the_text(piece, grows_linearly):
    grows_linearly(redacted, lambda size: piece * (size // len(piece)), 100_000)


def test_errors_hide_secrets_when_they_are_made():
    secret = "the store is postgresql://site:hunter2@host/db?password=hunter2"
    shown = "the store is postgresql://site:***@host/db?password=***"
    assert (ConfigError([secret]).problems, str(ConfigError([secret]))) == ((shown,), shown)
    assert str(ReceiptStoreError(secret)) == shown
