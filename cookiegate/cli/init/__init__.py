"""`cookiegate init`: a cookies.toml out of what a site sets, what its policy says, and what cookiegate knows."""
