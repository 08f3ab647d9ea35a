"""What a ratio depends on: the machine, the interpreter, and the versions of everybody who was measured."""

import os
import platform
import sys
import sysconfig
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.timing import CLOCK

__all__ = ["machine_facts"]

_MEASURED = (
    "cookiegate", "starlette", "werkzeug", "flask", "flask-talisman", "django", "itsdangerous",
    "uvicorn", "granian", "gunicorn", "waitress",
)  # fmt: skip


def machine_facts() -> dict[str, str]:
    """Collect the facts that belong beside a result."""
    load = " ".join(f"{one:.1f}" for one in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()} ({_build()})",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "load": load,
        "clock": CLOCK,
        **{name: _version(name) for name in _MEASURED},
    }


def _build() -> str:
    """Say how the interpreter was built: it changes ratios more than most changes of the code do."""
    options = str(sysconfig.get_config_var("CONFIG_ARGS") or "")
    found = ["PGO" if "--enable-optimizations" in options else "no PGO"]
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        found.append("free-threaded")
    return ", ".join(found)


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
