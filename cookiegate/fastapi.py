"""FastAPI: `Depends(Allows("statistics"))` is whether the visitor granted a category."""

from cookiegate.errors import ConfigError
from cookiegate.handle import current
from cookiegate.templating import check_categories

try:
    from starlette.requests import HTTPConnection
except ImportError as _error:
    raise ConfigError(["cookiegate.fastapi: needs FastAPI; pip install fastapi"]) from _error

__all__ = ["Allows"]


class Allows:
    """A dependency: true if the visitor granted this category, or all of several; for requests and websockets.

    Raises: `ConfigError` for a category that is not one of the four. In a request: `NotGated`.
    """

    def __init__(self, category: str, *more: str) -> None:
        self.categories: tuple[str, ...] = (category, *more)
        check_categories("Allows", self.categories)

    async def __call__(self, connection: HTTPConnection) -> bool:
        """Look at the consent of a request."""
        handle = current(connection)
        return all(handle.allows(category) for category in self.categories)
