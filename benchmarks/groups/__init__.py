"""What is measured, one subject a file; each group yields its rows as they are ready."""

from benchmarks.groups.cold_start import cold_start
from benchmarks.groups.conditions import conditions
from benchmarks.groups.frameworks import frameworks
from benchmarks.groups.memory import memory
from benchmarks.groups.middlewares import middlewares
from benchmarks.groups.node import node
from benchmarks.groups.noise import noise
from benchmarks.groups.per_cookie import per_cookie
from benchmarks.groups.registry_size import registry_size
from benchmarks.groups.requests import requests
from benchmarks.groups.responses import responses
from benchmarks.groups.scaling import scaling
from benchmarks.groups.servers import servers
from benchmarks.result import Group

__all__ = ["GROUPS"]

GROUPS: dict[str, Group] = {
    "noise": noise,
    "conditions": conditions,
    "per cookie": per_cookie,
    "responses": responses,
    "frameworks": frameworks,
    "middlewares": middlewares,
    "requests": requests,
    "registry": registry_size,
    "scaling": scaling,
    "cold start": cold_start,
    "memory": memory,
    "servers": servers,
    "node": node,
}
