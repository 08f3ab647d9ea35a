"""The names that Python packages give their cookies by default, as they were read: each of them is known."""

import importlib.util
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from cookiegate import Registry
from cookiegate.registry import products_for

HERE = Path(__file__).parent
RECORD = json.loads((HERE / "known_defaults.json").read_text(encoding="utf-8"))
DEFAULTS = [
    pytest.param(place["name"], place.get("product"), id=f"{entry['package']}-{place['name']}")
    for entry in RECORD
    for place in entry["places"]
]


@pytest.mark.parametrize(("name", "product"), DEFAULTS)
def test_cookie_that_a_package_sets_by_default_is_known(name, product):
    rule = Registry.known(*([] if product is None else [product])).covering(name)
    assert rule.category in {"necessary", "preferences"}


@pytest.mark.parametrize(("name", "product"), DEFAULTS)
def test_cookie_of_a_product_is_proposed_or_known_anyway(name, product):
    assert Registry.known().covering(name) is not None or product in products_for(name.replace("*", "x"))


@pytest.fixture
def defaults():
    """The module that reads the record anew; it is a command, no part of a package."""
    spec = importlib.util.spec_from_file_location("cookiegate_known_defaults", HERE / "defaults.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_record_of_defaults_is_long_and_has_versions():
    assert len(RECORD) >= 30
    assert all(entry["version"][0].isdigit() for entry in RECORD)


def test_default_is_read_from_an_archive(defaults, tmp_path):
    wheel = tmp_path / "some_package-1.2.3-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("some/conf.py", 'NAME = f"s_{port}"\n')
    source = tmp_path / "other-4.0.tar.gz"
    with tarfile.open(source, "w:gz") as archive:
        member = tarfile.TarInfo("other-4.0/other/conf.py")
        member.size = 12
        archive.addfile(member, io.BytesIO(b"NAME = 'o_'\n"))
    place = {"file": "some/conf.py", "pattern": 'NAME = f"([^"]+)"', "name": "old"}
    assert defaults.read({"package": "some-package", "version": "1", "places": [place]}, wheel) == {
        "package": "some-package",
        "version": "1.2.3",
        "places": [place | {"name": "s_*"}],
    }
    place = {"file": "other/conf.py", "pattern": "NAME = '([^']+)'", "addition": "*"}
    assert defaults.read({"package": "other", "version": "1", "places": [place]}, source)["places"][0]["name"] == "o_*"
    with pytest.raises(LookupError):
        defaults.name_in("nothing", "NAME = (.*)")
