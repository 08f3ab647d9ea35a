"""Header text to model and back, on octets: Set-Cookie, Cookie, dates, caches, request heads.

Law: RFC 6265bis and what browsers do decide how a header is read; what is allowed is the policy's matter.
"""
