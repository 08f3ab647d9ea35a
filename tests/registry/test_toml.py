"""`cookies.toml`: what it says, and every complaint about it, all at once."""

import pytest

from cookiegate import Category, ConfigError, CookieRule, Lifetime, Registry, SameSite

GOOD = """
[[cookie]]
name = "a"
category = "marketing"
"""


@pytest.fixture
def write(tmp_path):
    def write_file(text):
        path = tmp_path / "cookies.toml"
        path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        return path

    return write_file


@pytest.fixture
def problems(write):
    def read(text):
        with pytest.raises(ConfigError) as caught:
            Registry.from_toml(write(text))
        return list(caught.value.problems)

    return read


def test_toml_reads_every_key(write):
    path = write(
        """
        [[cookie]]
        name = "widget_*"
        category = "preferences"
        purpose = "Remembers the widget."
        lifetime = "7 days"
        provider = "Example"
        source = "https://example.com/cookies"
        secure = true
        http_only = true
        same_site = "NONE"
        host_only = true
        partitioned = true
        add_partitioned = true
        domains = ["example.com", ".example.org"]
        paths = ["/", "/shop"]
        chunks = "-"
        shared = true
        mode = "report-only"
        attributes = "enforced"
        stricter = "The session measures here."
        exempt = "A court said so."
        """
    )
    assert list(Registry.from_toml(path)) == [
        CookieRule(
            name="widget_*",
            category=Category.PREFERENCES,
            purpose="Remembers the widget.",
            lifetime=Lifetime("7 days", max_age_s=604800),
            provider="Example",
            source="https://example.com/cookies",
            secure=True,
            http_only=True,
            same_site=SameSite.NONE,
            host_only=True,
            partitioned=True,
            add_partitioned=True,
            domains=("example.com", ".example.org"),
            paths=("/", "/shop"),
            chunks="-",
            shared=True,
            mode="report-only",
            attributes="enforced",
            stricter="The session measures here.",
            exempt="A court said so.",
        )
    ]


def test_toml_one_domain_and_one_path_may_stand_alone(write):
    path = write('[[cookie]]\nname = "a"\ncategory = "marketing"\ndomains = "example.com"\npaths = "/shop"\n')
    assert Registry.from_toml(path).find("a").domains == ("example.com",)
    assert Registry.from_toml(path).find("a").paths == ("/shop",)


def test_toml_path_may_be_text(write):
    assert len(Registry.from_toml(str(write(GOOD)))) == 1


def test_toml_empty_file_is_an_empty_registry(write):
    assert len(Registry.from_toml(write(""))) == 0


def test_toml_byte_order_mark_is_taken_off(write):
    assert len(Registry.from_toml(write(b"\xef\xbb\xbf" + GOOD.encode()))) == 1


def test_toml_gate_settings_are_not_the_registrys_concern(write):
    assert len(Registry.from_toml(write('[gate]\nnonsense = "x"\n' + GOOD))) == 1


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (
            'name = "_ga"\ncategory = "stats"',
            (
                "cookies.toml: cookie[1] '_ga': unknown category 'stats'; "
                "use one of necessary, preferences, statistics, marketing (did you mean 'statistics'?)"
            ),
        ),
        (
            'name = "a"\ncategory = 1',
            "cookies.toml: cookie[1] 'a': unknown category 1; use one of necessary, preferences, statistics, marketing",
        ),
        ('name = "a"', "cookies.toml: cookie[1] 'a': category is missing; add category = \"...\""),
        ('category = "marketing"', 'cookies.toml: cookie[1]: name is missing; add name = "..."'),
        ('name = 5\ncategory = "marketing"', "cookies.toml: cookie[1]: name is 5; write it as text in quotes"),
        (
            'name = "a"\ncategory = "marketing"\nlifetme = "1 day"',
            "cookies.toml: cookie[1] 'a': unknown key 'lifetme'; did you mean 'lifetime'?",
        ),
        (
            'name = "a"\ncategory = "marketing"\nxyzzy = 1',
            (
                "cookies.toml: cookie[1] 'a': unknown key 'xyzzy'; known are name, category, purpose, lifetime, "
                "provider, source, mode, attributes, secure, http_only, same_site, host_only, partitioned, "
                "add_partitioned, domains, paths, chunks, shared, stricter, exempt, storage"
            ),
        ),
        (
            'name = "a"\ncategory = "marketing"\nlifetime = 7',
            "cookies.toml: cookie[1] 'a': lifetime is 7; write it as text in quotes",
        ),
        (
            'name = "a"\ncategory = "marketing"\nlifetime = "a while"',
            (
                "cookies.toml: cookie[1] 'a': lifetime 'a while' is not understood; write a number and a unit like "
                "'7 days' or '6 months', or 'session', 'persistent' or 'varies'"
            ),
        ),
        (
            'name = "a"\ncategory = "marketing"\nhttp_only = "yes"',
            "cookies.toml: cookie[1] 'a': http_only is 'yes'; write true or false",
        ),
        (
            'name = "a"\ncategory = "marketing"\nchunks = ""',
            (
                "cookies.toml: cookie[1] 'a': chunks is ''; write true, or the separator before the number, like '-' "
                "(at most 16 characters that a cookie name may have, without a digit at the end)"
            ),
        ),
        (
            'name = "a"\ncategory = "marketing"\nstricter = ""',
            "cookies.toml: cookie[1] 'a': stricter is empty; write in a sentence why this cookie asks for consent",
        ),
        (
            'name = "a"\ncategory = "marketing"\nattributes = "as-sent"\nhttp_only = true',
            "cookies.toml: cookie[1] 'a': attributes = \"as-sent\" contradicts http_only = true; remove one of them",
        ),
        (
            'name = "a"\ncategory = "marketing"\nmode = "report"',
            (
                "cookies.toml: cookie[1] 'a': unknown mode 'report'; use one of enforce, report-only "
                "(did you mean 'report-only'?)"
            ),
        ),
        (
            'name = "a"\ncategory = "marketing"\nsecure = 1',
            "cookies.toml: cookie[1] 'a': secure is 1; write true or false",
        ),
        (
            'name = "a"\ncategory = "marketing"\nsame_site = "Loose"',
            "cookies.toml: cookie[1] 'a': unknown same_site 'Loose'; use one of strict, lax, none, keep",
        ),
        (
            'name = "a"\ncategory = "marketing"\npaths = ["/", 1]',
            "cookies.toml: cookie[1] 'a': paths is 1; write it as text in quotes",
        ),
        (
            'name = "a"\ncategory = "marketing"\ndomains = ["example.com/x"]',
            "cookies.toml: cookie[1] 'a': domain 'example.com/x' is not a host name; write it like 'example.com'",
        ),
        (
            'name = "a"\ncategory = "marketing"\npurpose = ["x"]',
            "cookies.toml: cookie[1] 'a': purpose is ['x']; write it as text in quotes",
        ),
        (
            'name = "a=b"\ncategory = "marketing"',
            (
                "cookies.toml: cookie[1] 'a=b': name 'a=b' is not a cookie name; use letters, digits and "
                "!#$%&'+-.^_`|~ ('*' matches any characters)"
            ),
        ),
    ],
)
def test_toml_rule_complaint(problems, lines, complaint):
    assert problems("[[cookie]]\n" + lines) == [complaint]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[cookies]\nx = 1", "cookies.toml: unknown section 'cookies'; did you mean 'cookie'?"),
        ("version = 1", "cookies.toml: unknown section 'version'; known are gate, settings_page, cookie, csp"),
        ("gate = 3", "cookies.toml: gate is 3; write it as a section [gate]"),
        ("[[gate]]\nmode = 1", "cookies.toml: gate is [{'mode': 1}]; write it as a section [gate]"),
        ('[cookie]\nname = "a"', "cookies.toml: cookie is no list of tables; begin each rule with [[cookie]]"),
        ("cookie = [1]", "cookies.toml: cookie is no list of tables; begin each rule with [[cookie]]"),
    ],
)
def test_toml_section_complaint(problems, text, complaint):
    assert problems(text) == [complaint]


def test_toml_second_rule_of_a_name_names_the_first(problems):
    assert problems(GOOD + '[[cookie]]\nname = "b"\ncategory = "marketing"\n' + GOOD) == [
        "cookies.toml: cookie[3] 'a': the same name as cookie[1]; keep one of them"
    ]


def test_toml_complaints_come_all_at_once(problems):
    found = problems(
        "colour = 1\n" + GOOD + '[[cookie]]\nname = "b"\ncategory = "x"\nhttponly = true\npaths = ["y"]\n'
        '[[cookie]]\nname = "c d"\ncategory = "marketing"\n' + GOOD
    )
    assert [problem.split(";")[0] for problem in found] == [
        "cookies.toml: unknown section 'colour'",
        "cookies.toml: cookie[2] 'b': unknown key 'httponly'",
        "cookies.toml: cookie[2] 'b': unknown category 'x'",
        "cookies.toml: cookie[2] 'b': path 'y' can't be a cookie's path",
        "cookies.toml: cookie[3] 'c d': name 'c d' is not a cookie name",
        "cookies.toml: cookie[4] 'a': the same name as cookie[1]",
    ]


def test_toml_error_text_is_one_line_for_each_complaint(write):
    with pytest.raises(ConfigError) as caught:
        Registry.from_toml(write("a = 1\nb = 2"))
    assert str(caught.value).splitlines() == list(caught.value.problems)


def test_toml_not_utf8_names_the_octet(problems):
    assert problems(b"# caf\xe9\n") == ["cookies.toml: octet 5: not UTF-8; save the file as UTF-8"]


@pytest.mark.parametrize("text", ["[[cookie]", "a = ", "a = 1\na = 2", "x = " + "1" * 900 + "x"])
def test_toml_syntax_error_names_the_file(problems, text):
    (problem,) = problems(text)
    assert problem.startswith("cookies.toml: not TOML: ")
    assert problem.endswith("; fix the syntax there")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("\nx = " + "1" * 5000, "line 2: a key or number of more than 1,000 characters; shorten it"),
        ("a = " + "[" * 5000, "it nests more than 100 deep; take the inner parts out"),
        ("a" + ".a" * 20_000 + " = 1", "line 1: a key or number of more than 1,000 characters; shorten it"),
        ("a" + " . a" * 33 + " = 1", "line 1: a key of more than 32 parts; write it with fewer dots"),
        ("\n" + '"a".' * 40 + "a = 1", "line 2: a key of more than 32 parts; write it with fewer dots"),
        ('"' + "a" * 5000 + '" = 1', "line 1: a key of more than 1,000 characters; shorten it"),
    ],
)
def test_toml_beyond_the_bounds_is_refused_with_its_line(problems, text, what):
    assert problems(text) == [f"cookies.toml: {what}"]


def test_toml_of_a_file_that_is_too_large_is_not_read(write, monkeypatch):
    path = write("a = 1")
    with path.open("r+b") as file:
        file.truncate(64 * 1024 * 1024 + 1)  # a hole, that takes no room
    with pytest.raises(ConfigError) as caught:
        Registry.from_toml(path)
    assert caught.value.problems == ("cookies.toml: larger than 64 MiB; is it the right file?",)


def test_toml_missing_file_names_the_path(tmp_path):
    path = tmp_path / "none.toml"
    with pytest.raises(ConfigError) as caught:
        Registry.from_toml(path)
    assert caught.value.problems == (f"{path}: can't be read: No such file or directory; check the path",)


def test_toml_directory_names_the_path(tmp_path):
    with pytest.raises(ConfigError) as caught:
        Registry.from_toml(tmp_path)
    (problem,) = caught.value.problems
    assert problem.startswith(f"{tmp_path}: can't be read: ")
