"""Header text to model and back (RFC 6265bis), on octets, without any opinion about what is allowed."""
