"""Other projects' own tests, with the gate around each of their apps: `python -m tests.peers [NAME ...]`.

`peers.toml` names the projects, where the gate goes, and each test that may fail with the gate, with the reason.
"""
