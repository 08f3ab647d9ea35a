"""Tags of Django's and Jinja's templates: one handle, one consent, and mistakes found when a template is compiled."""

import sys
from types import SimpleNamespace

import jinja2
import pytest

from cookiegate import CookieGate, CookieRule, NotGated, Registry
from cookiegate.asgi import CookieGateMiddleware as AsgiGate
from cookiegate.errors import ConfigError
from cookiegate.handle import SCOPE_KEY
from cookiegate.jinja import CookieGateExtension, install
from cookiegate.settings_page import SettingsPage

NOW = 4102444800
CHOICE = f"cookiegate_consent=v=1&c={{}}&t={NOW}"


@pytest.fixture
def gate():
    rules = [CookieRule(name=f"a_{each}", category=each, purpose="Counts.") for each in ("statistics", "marketing")]
    return CookieGate(registry=Registry(rules), clock=lambda: NOW)


@pytest.fixture
def page(gate):
    return SettingsPage(gate, url="/cookies")


def visit(gate, answer, granted=None, fields=()):
    """Send one request through the ASGI gate: what `answer` returns for its scope, and the fields that leave."""
    found, sent = [], []

    async def site(scope, receive, send):
        found.append(answer(scope))
        await send({"type": "http.response.start", "status": 200, "headers": [*fields]})

    async def send(message):
        sent.append(message)

    headers = [] if granted is None else [(b"cookie", CHOICE.format(granted).encode())]
    scope = {"type": "http", "method": "GET", "path": "/", "scheme": "https", "headers": headers, "root_path": "/shop"}
    with pytest.raises(StopIteration):
        AsgiGate(site, gate, settings=False)(scope, None, send).send(None)
    return found[0], dict(sent[0]["headers"])


class InJinja:
    """Jinja's form of each text."""

    error = jinja2.TemplateSyntaxError
    banner = "{{ cookiegate_banner(language='de', nonce=nonce) }}"
    scripts = "{{ cookiegate_scripts(nonce=nonce) }}"
    settings = "{{ cookiegate_settings(language='de', nonce=nonce, back='/own') }}"
    link = "{{ cookiegate_link(language='de') }}"
    button = "{{ cookiegate_reopen_button(language='de', nonce=nonce) }}"

    def __init__(self):
        self.environment = install(jinja2.Environment(autoescape=True))

    def compile(self, text):
        return self.environment.from_string(text)

    def render(self, template, **context):
        return template.render(**context)


class InDjango:
    """Django's form of each text."""

    banner = "{% cookiegate_banner language='de' nonce=nonce %}"
    scripts = "{% cookiegate_scripts nonce=nonce %}"
    settings = "{% cookiegate_settings language='de' nonce=nonce back='/own' %}"
    link = "{% cookiegate_link language='de' %}"
    button = "{% cookiegate_reopen_button language='de' nonce=nonce %}"

    def __init__(self):
        from django.template import Context, Engine, TemplateSyntaxError

        libraries = {"cookiegate": "cookiegate.django.templatetags.cookiegate"}
        self.engine, self.context, self.error = Engine(libraries=libraries), Context, TemplateSyntaxError

    def compile(self, text):
        return self.engine.from_string("{% load cookiegate %}" + text)

    def render(self, template, **context):
        return template.render(self.context(context))


@pytest.fixture(params=[InJinja, InDjango], ids=["Jinja", "Django"])
def engine(request):
    if request.param is InDjango:
        request.getfixturevalue("configured_django")
    return request.param()


TEXT = '{% if_consent "statistics" %}<b>{{ x }}</b>{% else %}no {{ x }}{% endif_consent %}'


@pytest.mark.parametrize(
    ("granted", "shown"),
    [(None, "no &lt;"), ("", "no &lt;"), ("marketing", "no &lt;"), ("statistics", "<b>&lt;</b>")],
)
def test_part_of_a_page_is_shown_by_consent(engine, gate, granted, shown):
    template = engine.compile(TEXT)
    assert visit(gate, lambda scope: engine.render(template, request=scope, x="<"), granted)[0] == shown


@pytest.mark.parametrize(("granted", "shown"), [("statistics", "."), ("statistics.marketing", "both.")])
def test_several_categories_must_all_be_granted(engine, gate, granted, shown):
    template = engine.compile("""{% if_consent 'statistics' "marketing" %}both{% endif_consent %}.""")
    assert visit(gate, lambda scope: engine.render(template, request=scope), granted)[0] == shown


def test_tags_stand_inside_of_each_other(engine, gate):
    text = '{% if_consent "necessary" %}{% if_consent "marketing" %}a{% else %}b{% endif_consent %}{% endif_consent %}'
    template = engine.compile(text)
    assert visit(gate, lambda scope: engine.render(template, request=scope), "marketing")[0] == "a"
    assert visit(gate, lambda scope: engine.render(template, request=scope))[0] == "b"


def test_page_that_asks_depends_on_the_consent_for_caches(engine, gate):
    asks, does_not = engine.compile(TEXT), engine.compile("x")
    stored = [(b"cache-control", b"public, max-age=60")]
    _, fields = visit(gate, lambda scope: engine.render(asks, request=scope), fields=stored)
    assert fields[b"vary"] == b"Cookie, Sec-GPC"
    _, fields = visit(gate, lambda scope: engine.render(does_not, request=scope), fields=stored)
    assert b"vary" not in fields


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{% if_consent "stats" %}{% endif_consent %}', "unknown category 'stats'; use one of necessary, preferences"),
        ('{% if_consent "marketing" "x" %}{% endif_consent %}', "unknown category 'x'"),
        ("{% if_consent statistics %}{% endif_consent %}", "write the category in quotes"),
        ("{% if_consent %}{% endif_consent %}", "no category; write one, like"),
        ('{% if_consent "statistics" %}', "endif_consent"),
        ('{% if_consent "statistics" %}{% else %}', "endif_consent"),
    ],
)
def test_mistake_is_found_when_the_template_is_compiled(engine, text, problem):
    with pytest.raises(engine.error) as raised:
        engine.compile(text)
    assert problem in str(raised.value)


def test_without_a_gate_it_is_a_clear_error(engine):
    with pytest.raises(NotGated, match="wrap the app in CookieGateMiddleware"):
        engine.render(engine.compile(TEXT), request={"type": "http"})


@pytest.mark.parametrize("text", [TEXT, "banner", "scripts"])
def test_without_a_request_in_the_context_it_is_a_clear_error(engine, text):
    with pytest.raises(NotGated, match="no request in the template's context"):
        engine.render(engine.compile(getattr(engine, text, text)))


def test_banner_is_the_pages_own_and_is_not_escaped(engine, gate, page):
    template = engine.compile(engine.banner)
    shown, fields = visit(gate, lambda scope: engine.render(template, request=scope, nonce='a"b'))
    assert shown == visit(gate, lambda scope: str(page.fragment(scope, language="de", nonce='a"b')))[0]
    assert "Alle ablehnen" in shown
    assert 'src="/shop/cookies/cookiegate.js"' in shown
    assert 'a"b' not in shown
    assert fields[b"vary"] == b"Cookie, Sec-GPC"


def test_banner_is_not_shown_to_who_has_chosen(engine, gate, page):
    template = engine.compile(engine.banner)
    shown, _ = visit(gate, lambda scope: engine.render(template, request=scope, nonce=None), "")
    assert "Alle ablehnen" not in shown
    assert "cookiegate.js" in shown


@pytest.mark.parametrize("text", ["banner", "scripts"])
def test_tag_without_a_settings_page_is_a_clear_error(engine, gate, text):
    template = engine.compile(getattr(engine, text))

    def answer(scope):
        with pytest.raises(ConfigError, match="settings_url: no settings page is served"):
            engine.render(template, request=scope, nonce=None)

    visit(gate, answer)


def test_scripts_are_the_guards_own_for_this_request(engine, gate, page, monkeypatch):
    asked = []

    def script_tags(*arguments, **named):
        asked.append((arguments, named))
        return "<script src='/guard.js'></script>"

    monkeypatch.setitem(sys.modules, "cookiegate.scripts", SimpleNamespace(script_tags=script_tags))
    template = engine.compile(engine.scripts)
    handles = []

    def answer(scope):
        handles.append(scope[SCOPE_KEY])
        return engine.render(template, request=scope, nonce=LazyNonce())

    assert visit(gate, answer)[0] == "<script src='/guard.js'></script>"
    assert asked == [((gate, handles[0]), {"nonce": "made now", "base": "/shop/cookies"})]
    assert asked[0][0][0] is gate


class LazyNonce:
    """As django-csp has it: a text that is made when it is asked for."""

    def __str__(self):
        return "made now"


# Django alone


@pytest.mark.parametrize(("granted", "shown"), [("", "no"), ("statistics", "yes")])
def test_django_finds_the_request_without_a_context_processor(twin_site, granted, shown):
    from django.template import RequestContext
    from django.test import RequestFactory

    from cookiegate.django import CookieGateMiddleware

    template = InDjango().compile(TEXT.replace("<b>{{ x }}</b>", "yes").replace("no {{ x }}", "no"))
    headers = {"Cookie": CHOICE.format(granted)}

    def view(request):
        from django.http import HttpResponse

        return HttpResponse(template.render(RequestContext(request)))

    response = CookieGateMiddleware(view)(RequestFactory().get("/", headers=headers, secure=True))
    assert response.content.decode() == shown
    assert response["Vary"] == "Cookie, Sec-GPC"


# Jinja alone


def test_function_of_jinja_answers_by_consent(gate):
    template = InJinja().compile('{{ consent_allows("statistics") }} {{ consent_allows("statistics", "marketing") }}')
    assert visit(gate, lambda scope: template.render(request=scope), "statistics")[0] == "True False"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{{ consent_allows('stats') }}", 1),
        ("\n{% if a and consent_allows('marketing', 'stats') %}{% endif %}", 2),
        ("{% if_consent 'statistics', 'stats' %}{% endif_consent %}", 1),
    ],
)
def test_jinja_finds_the_mistake_when_it_compiles(text, line):
    with pytest.raises(jinja2.TemplateSyntaxError, match="unknown category 'stats'") as raised:
        InJinja().compile(text)
    assert raised.value.lineno == line


@pytest.mark.parametrize(
    "text",
    [
        "{{ x.consent_allows('stats') }}", "{{ consent_allows ~ 'stats' }}", "consent_allows('stats')",
        "{{ f(consent_allows('marketing'), 'stats') }}", "{{ consent_allows(name) and 'stats' }}",
    ],
)  # fmt: skip
def test_jinja_takes_nothing_else_for_a_category(text):
    assert InJinja().compile(text)


def test_category_in_a_variable_is_checked_when_it_is_known(gate):
    template = InJinja().compile("{{ consent_allows(name) }}")
    assert visit(gate, lambda scope: template.render(request=scope, name="statistics"), "statistics")[0] == "True"

    def answer(scope):
        with pytest.raises(ValueError, match="stats"):
            template.render(request=scope, name="stats")

    visit(gate, answer)


def test_macro_knows_the_request_with_context(gate):
    environment = InJinja().environment
    environment.loader = jinja2.DictLoader({"m": "{% macro m() %}" + TEXT.replace("{{ x }}", "y") + "{% endmacro %}"})
    template = environment.from_string("{% from 'm' import m with context %}{{ m() }}")
    assert visit(gate, lambda scope: template.render(request=scope), "statistics")[0] == "<b>y</b>"
    template = environment.from_string("{% from 'm' import m %}{{ m() }}")
    with pytest.raises(NotGated, match="with context"):
        template.render(request={})


def test_install_twice_is_install_once():
    environment = jinja2.Environment(autoescape=True)
    assert install(install(environment)) is environment
    assert [*environment.extensions] == [CookieGateExtension.identifier]


def test_name_that_the_site_uses_itself_stays():
    environment = jinja2.Environment(autoescape=True)
    environment.globals["consent_allows"] = "mine"
    assert install(environment).from_string("{{ consent_allows }}").render() == "mine"


def test_templates_that_are_compiled_to_a_cache_work(gate, tmp_path):
    for _ in range(2):
        environment = install(
            jinja2.Environment(
                autoescape=True,
                bytecode_cache=jinja2.FileSystemBytecodeCache(str(tmp_path)),
                loader=jinja2.DictLoader({"t": TEXT}),
            )
        )
        template = environment.get_template("t")
        assert visit(gate, lambda scope, it=template: it.render(request=scope, x=1), "statistics")[0] == "<b>1</b>"


def test_settings_are_part_of_a_template(engine, gate, page):
    text, _ = visit(
        gate, lambda scope: engine.render(engine.compile(engine.settings), request=scope, nonce="n"), "statistics"
    )
    assert '<link rel="stylesheet" href="/shop/cookies/settings.css" nonce="n">' in text
    assert '<form id="cookiegate-settings-form" method="post" action="/shop/cookies/api">' in text
    assert '<input type="hidden" name="back" value="/own">' in text
    assert "Alle ablehnen" in text
    assert "<html" not in text
    assert "checked" in text


def test_link_and_button_open_the_banner_and_suit_every_visitor(engine, gate, page):
    stored = [(b"cache-control", b"public, max-age=60")]
    template = engine.compile(f"{engine.link}|{engine.button}")
    text, fields = visit(gate, lambda scope: engine.render(template, request=scope, nonce="n"), fields=stored)
    link, button = text.split("|")
    address = 'href="/shop/cookies/?language=de" lang="de" dir="ltr" data-cookiegate-open>Cookies</a>'
    assert link.strip() == f"<a {address}"
    assert f'<a class="cookiegate-open cookiegate-neutral cookiegate-scheme-page" {address}' in button
    assert '<link rel="stylesheet" href="/shop/cookies/banner.css" nonce="n">' in button
    assert b"vary" not in fields
