"""`cookiegate registry render` as a user runs it; importing its output gives the same registry."""

import pytest
from typer.testing import CliRunner

from cookiegate import Registry
from cookiegate.cli.app import app

NAMES = {"markdown": "policy.md", "html": "policy.html", "json": "policy.json"}


@pytest.mark.parametrize("format", NAMES)
def test_import_of_the_rendered_example_is_the_example(cli, tmp_path, cookies_toml, format):
    rendered = cli("registry", "render", cookies_toml, "--format", format, "-o", NAMES[format])
    assert (rendered.returncode, rendered.stdout, rendered.stderr) == (0, "", "")
    imported = cli("registry", "import", NAMES[format], "-o", "cookies.toml", "--strict")
    assert imported.returncode == 0
    assert Registry.from_toml(tmp_path / "cookies.toml") == Registry.from_toml(cookies_toml)


def test_markdown_is_printed_by_default(cli, tmp_path):
    (tmp_path / "cookies.toml").write_text('[[cookie]]\nname = "a*"\ncategory = "marketing"\nlifetime = "1 day"\n')
    result = cli("registry", "render", "cookies.toml")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        "## Marketing cookies\n\n| Cookie | Purpose | Lifetime |\n| --- | --- | --- |\n| `a*` |  | 1 day |\n"
    )


def test_markup_in_a_purpose_is_escaped(cli, tmp_path):
    (tmp_path / "cookies.toml").write_text(
        '[[cookie]]\nname = "a"\ncategory = "marketing"\npurpose = "</table><script>alert(1)</script>"\n'
    )
    html = cli("registry", "render", "cookies.toml", "-f", "html").stdout
    assert "&lt;/table&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script" not in html
    assert "\\</table\\>\\<script\\>" in cli("registry", "render", "cookies.toml", "-f", "markdown").stdout


def test_registry_with_mistakes_is_an_error(tmp_path):
    (tmp_path / "cookies.toml").write_text('[[cookie]]\nname = "a"\n[[cookie]]\nname = "b"\ncategory = "x"\n')
    result = CliRunner().invoke(app, ["registry", "render", str(tmp_path / "cookies.toml")])
    assert (result.exit_code, result.stdout) == (2, "")
    assert [line.partition(";")[0] for line in result.stderr.splitlines()] == [
        "cookiegate: cookies.toml:1: cookie[1] 'a': category is missing",
        "cookiegate: cookies.toml:3: cookie[2] 'b': unknown category 'x'",
    ]


def test_file_that_is_there_is_not_overwritten_unasked(tmp_path):
    (tmp_path / "cookies.toml").write_text("")
    arguments = ["registry", "render", str(tmp_path / "cookies.toml"), "-o", str(tmp_path / "cookies.toml")]
    assert CliRunner().invoke(app, arguments).exit_code == 2
    assert CliRunner().invoke(app, [*arguments, "-f", "json", "--force"]).exit_code == 0
    assert (tmp_path / "cookies.toml").read_text() == '{\n  "cookies": []\n}\n'


def test_known_cookies_that_the_site_uses_are_rendered_too(cli, tmp_path):
    (tmp_path / "cookies.toml").write_text(
        '[gate]\nuses = ["django_language", "sessionid"]\nproducts = ["airflow"]\nreport_only = ["legacy_*"]\n'
        '[[cookie]]\nname = "leg*"\ncategory = "marketing"\npurpose = "Ads."\nlifetime = "1 day"\n'
    )
    text = cli("registry", "render", "cookies.toml").stdout
    assert [line.split("`")[1] for line in text.splitlines() if "`" in line] == [
        "sessionid", "_token", "django_language", "leg*", "legacy_*",
    ]  # fmt: skip
    assert "| `leg*` | Ads. | 1 day |  |" in text
    assert "| `legacy_*` | Ads. | 1 day | not enforced yet |" in text
    assert "csrftoken" not in text


def test_mistake_in_what_the_site_uses_is_an_error(tmp_path):
    (tmp_path / "cookies.toml").write_text('[gate]\nuses = ["django_langage"]\n')
    result = CliRunner().invoke(app, ["registry", "render", str(tmp_path / "cookies.toml")])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "cookiegate: cookies.toml:2: gate: uses: 'django_langage' is no cookie that cookiegate knows; did you mean "
        "'django_language'?\n"
    )


def test_known_cookies_that_djangos_settings_name_are_rendered_too(cli, tmp_path):
    (tmp_path / "cookies.toml").write_text('[[cookie]]\nname = "visits"\ncategory = "statistics"\n')
    (tmp_path / "shop_settings.py").write_text(
        'SECRET_KEY = "x"\nMIDDLEWARE = ["django.middleware.locale.LocaleMiddleware", '
        '"django.contrib.sessions.middleware.SessionMiddleware"]\n'
    )
    text = cli("registry", "render", "cookies.toml", "--django", "shop_settings").stdout
    names = [line.split("`")[1] for line in text.splitlines() if "`" in line]
    assert names == ["sessionid", "django_language", "visits"]
    assert "sessionid" not in cli("registry", "render", "cookies.toml").stdout


def test_settings_that_can_not_be_read_are_an_error(cli, tmp_path):
    (tmp_path / "cookies.toml").write_text("")
    result = cli("registry", "render", "cookies.toml", "--django", "no_such_settings")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "cookiegate: --django no_such_settings: can't be read: No module named 'no_such_settings'; give the site's "
        "settings module\n"
    )
