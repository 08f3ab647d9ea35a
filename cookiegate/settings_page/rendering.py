"""The templates: the package's own, or the site's. Everything that is filled in is escaped."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from cookiegate.errors import ConfigError
from cookiegate.problems import Problems

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

__all__ = ["Templates"]

NAMES = ("page.html", "settings.html", "banner.html", "fragment.html", "opener.html", "problem.html")


class Templates:
    """Templates by their names. A site's `page.html` replaces ours, which it can extend as `cookiegate/page.html`.

    Raises: `ConfigError` if Jinja2 is missing, the directory is not there, or a template can't be compiled.
    """

    __slots__ = ("_environment",)

    def __init__(self, directory: str | Path | None = None) -> None:
        if directory is not None and not Path(directory).is_dir():
            raise ConfigError([f"SettingsPage: templates: {str(directory)!r} is no directory; check the path"])
        self._environment = _environment(None if directory is None else str(directory))

    def render(self, name: str, **values: object) -> "Markup":
        """Fill a template in; what it returns may stand in HTML as it is."""
        from markupsafe import Markup

        return Markup(self._environment.get_template(name).render(values))  # noqa: S704  # escaped by the template


@cache
def _environment(directory: str | None) -> "Environment":
    """Compile the templates once for all pages of a process; Jinja2 sees by itself when a file has changed."""
    try:
        import jinja2
    except ImportError as error:
        raise ConfigError(["SettingsPage: needs jinja2; pip install 'cookiegate[settings]'"]) from error
    ours = jinja2.FileSystemLoader(str(files(__package__).joinpath("templates")))
    theirs = [jinja2.FileSystemLoader(directory)] if directory is not None else []
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([*theirs, ours, jinja2.PrefixLoader({"cookiegate": ours})]),
        autoescape=True,  # always, whatever a file is called
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    problems = Problems("SettingsPage: templates")
    for name in NAMES:
        try:
            environment.get_template(name)
        except jinja2.TemplateSyntaxError as error:
            problems.add_problem(str(error.name), f"line {error.lineno}: {error.message}; fix the template")
    problems.check()
    return environment
