"""The surroundings of a gate: the framework, the middleware, and the cookies that their libraries will set.

Adapters look once, when they start or at the first request; `cookiegate doctor` looks without any request. Nothing is
imported here: only what the app itself has loaded is looked at.
"""
