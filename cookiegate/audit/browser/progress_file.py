"""The file of `--resume`: what an audit has seen so far, so that another run goes on where it ended.

Law: it holds no value of a cookie, and it is replaced as a whole, never half written.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from cookiegate.audit.browser.evidence import PhaseEvidence
from cookiegate.audit.browser.phase import Phase
from cookiegate.audit.json_shape import members
from cookiegate.audit.observation import Unreadable
from cookiegate.audit.text import shown, shown_url
from cookiegate.bounded import OutOfBounds, load_json

__all__ = ["ProgressFile"]

_FORMAT = "cookiegate-audit-progress"
_MAX_OCTETS = 256 << 20


class ProgressFile:
    """Keeps the phases of one audit in a file; without a path it keeps nothing."""

    def __init__(self, path: Path | None, url: str) -> None:
        """Read the file, if it is there. Raises: `Unreadable`, for another site's too."""
        self._path = path
        self._url = shown_url(url)
        self.phases: dict[Phase, PhaseEvidence] = {}
        self.pages: list[str] = []
        if path is None or not path.exists():
            return
        try:
            if path.stat().st_size > _MAX_OCTETS:
                raise ValueError("too large")
            document = members(
                load_json(path.read_text(encoding="utf-8")), format=str, version=int, url=str, pages=list, phases=list
            )
            if document["format"] != _FORMAT or document["version"] != 1:
                raise ValueError("another format")
            found = [PhaseEvidence.from_json(each) for each in document["phases"]]
            self.pages = [str(page) for page in document["pages"]]
        except OSError as error:
            raise Unreadable(f"--resume {shown(str(path))}: can't be read: {error.strerror or error}") from error
        except (ValueError, OutOfBounds) as error:
            raise Unreadable(
                f"--resume {shown(str(path))}: not written by an audit; name a new file, or the one of the first run"
            ) from error
        site = document["url"]
        if site != self._url:
            raise Unreadable(f"--resume {shown(str(path))}: is of {shown(site)}; name another file for this site")
        self.phases = {each.phase: each for each in found}

    def keep(self, pages: Sequence[str], phase: PhaseEvidence) -> None:
        """Write what is known now."""
        self.phases[phase.phase] = phase
        if self._path is None:
            return
        document = {
            "format": _FORMAT, "version": 1, "url": self._url, "pages": list(pages),
            "phases": [each.to_json() for each in self.phases.values()],
        }  # fmt: skip
        part = self._path.with_name(f"{self._path.name}.part")
        part.write_text(json.dumps(document), encoding="utf-8")
        part.replace(self._path)

    def remove(self) -> None:
        """Remove the file: the audit has seen everything."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
