"""docs/frameworks.md: its code runs, in a process of its own for Django's settings, and every app in it is gated."""

import asyncio
import json
import re
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "frameworks.md"
APPS = {
    "bottle_app", "django_asgi_app", "django_wsgi_app", "falcon_asgi_app", "falcon_wsgi_app", "fastapi_app",
    "fastapi_dependency_app", "flask_app", "flask_extension_app", "litestar_app", "litestar_plugin_app", "pyramid_app",
    "quart_app", "quart_extension_app", "starlette_app", "starlette_templates_app", "with_middleware_asgi_app",
    "with_middleware_wsgi_app",
}  # fmt: skip

pytestmark = pytest.mark.skipif(not DOCUMENT.is_file(), reason="docs/ is not in the wheel")


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What each app of the document answers: without consent, then with consent to marketing."""
    text = DOCUMENT.read_text(encoding="utf-8")
    directory = tmp_path_factory.mktemp("recipes")
    (table,) = re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (directory / "cookies.toml").write_text(table, encoding="utf-8")
    command = [sys.executable, "-W", "error", __file__, str(DOCUMENT)]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", sorted(APPS))
def test_app_of_the_document_is_gated(answers, name):
    assert answers[name] == [
        [200, "marketing: False", []],
        [200, "marketing: True", ["ia_mkt_source"]],
    ]


def test_every_app_of_the_document_is_tried(answers):
    assert answers.keys() == APPS


def run_document(path):
    """Run every Python block of the document in one namespace, as a module that Django's URLs can be found in."""
    namespace = vars(sys.modules["__main__"])
    text = path.read_text(encoding="utf-8")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "pkg_resources is deprecated")  # of what Pyramid and WebOb import
        warnings.simplefilter("ignore", DeprecationWarning)
        for found in re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            lines = "\n" * text.count("\n", 0, found.start(1))
            exec(compile(lines + found[1], str(path), "exec"), namespace)
    return {name: app for name, app in namespace.items() if name.endswith("_app")}


def ask(name, app, cookie):
    import httpx

    def facts_of(response):
        text = response.text.replace('{"marketing":', "marketing: ").rstrip("}").replace("false", "False")
        names = [line.strip().partition("=")[0] for line in response.headers.get_list("set-cookie")]
        return [response.status_code, text.replace("true", "True"), names]

    async def ask_async():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), **options) as browser:
            return facts_of(await browser.get("/"))

    options = {"base_url": "https://site.example", "headers": {"cookie": cookie} if cookie else {}}
    if name.startswith(("starlette", "fastapi", "litestar", "quart")) or "asgi" in name:
        return asyncio.run(ask_async())
    with httpx.Client(transport=httpx.WSGITransport(app), **options) as browser:
        return facts_of(browser.get("/"))


if __name__ == "__main__":
    consent = f"cookiegate_consent=v=1&c=marketing&t={int(time.time())}"
    apps = run_document(Path(sys.argv[1]))
    found = {name: [ask(name, app, cookie) for cookie in ("", consent)] for name, app in apps.items()}
    sys.stdout.write(json.dumps(found))
