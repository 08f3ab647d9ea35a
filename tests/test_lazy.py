"""Packages import their own files on first use: threads that begin with different ones never wait for each other."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cookiegate
from cookiegate.lazy import on_first_use

ROOT = Path(cookiegate.__file__).parent
RACE = """
import sys, threading
sys.setswitchinterval(1e-6)
names, errors = sys.argv[1:], []
start = threading.Barrier(len(names))

def load(name):
    start.wait()
    try:
        __import__(name)
    except ImportError as error:
        errors.append(f"{name}: {error}")

threads = [threading.Thread(target=load, args=(name,)) for name in names]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit("\\n".join(errors) or 0)
"""


@pytest.mark.parametrize("path", [str(path.relative_to(ROOT)) for path in sorted(ROOT.rglob("__init__.py"))])
def test_no_package_imports_its_own_files(path):
    package = ".".join(("cookiegate", *Path(path).parent.parts))
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    found = [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
    found += [name.name for node in tree.body if isinstance(node, ast.Import) for name in node.names]
    if package.startswith(("cookiegate.cli", "cookiegate.django.templatetags")):
        return  # nobody imports a command line in threads
    assert not [name for name in found if name and name.startswith(f"{package}.") and name != "cookiegate.lazy"]


@pytest.mark.parametrize("package", ["settings_page", "consent", "report"])
def test_threads_that_begin_with_different_files_import_them_all(package):
    names = [f"cookiegate.{package}.{path.stem}" for path in sorted((ROOT / package).glob("[a-z]*.py"))]
    for order in (names, names[::-1]):
        done = subprocess.run([sys.executable, "-c", RACE, *order], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_names_are_there_on_first_use_and_no_others():
    get, names = on_first_use("cookiegate.wire", {"is_token": "token"})
    assert get("is_token")(b"sid")
    assert "is_token" in names()
    with pytest.raises(AttributeError, match=r"module 'cookiegate\.wire' has no attribute 'nothing'"):
        get("nothing")


@pytest.mark.parametrize(
    "package", ["consent", "consent.iab", "django", "receipts", "registry", "report", "scripts", "settings_page"]
)
def test_each_public_name_of_a_package_is_found(package):
    pytest.importorskip("django" if package == "django" else "cookiegate")
    code = f"import cookiegate.{package} as found; print([name for name in found.__all__ if not hasattr(found, name)])"
    if package == "django":
        code = f"from django.conf import settings; settings.configure(); {code}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
