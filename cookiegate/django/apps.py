"""`"cookiegate.django"` in INSTALLED_APPS: registers the system checks, and nothing else."""

from django.apps import AppConfig
from django.core.checks import register

from cookiegate.django.checks import check_settings, check_wrapping

__all__ = ["CookiegateConfig"]


class CookiegateConfig(AppConfig):  # type: ignore[misc]  # Django ships no types
    """The app; it has no models, templates or commands."""

    name: str = "cookiegate.django"
    label: str = "cookiegate"
    verbose_name: str = "Cookie gate"

    def ready(self) -> None:
        """Register the checks, `manage.py check --tag cookiegate` for these alone."""
        register(check_settings, "cookiegate")
        register(check_wrapping, "cookiegate", deploy=True)
