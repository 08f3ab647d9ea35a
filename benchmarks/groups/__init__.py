"""What is measured, one subject a file; each group yields its rows as they are ready."""

from benchmarks.groups.frameworks import frameworks
from benchmarks.groups.memory import memory
from benchmarks.groups.noise import noise
from benchmarks.groups.per_cookie import per_cookie
from benchmarks.groups.registry_size import registry_size
from benchmarks.groups.requests import requests
from benchmarks.groups.responses import responses
from benchmarks.result import Group

__all__ = ["GROUPS"]

GROUPS: dict[str, Group] = {
    "noise": noise,
    "per cookie": per_cookie,
    "responses": responses,
    "frameworks": frameworks,
    "requests": requests,
    "registry": registry_size,
    "memory": memory,
}
