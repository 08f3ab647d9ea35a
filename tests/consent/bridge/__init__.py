"""The sources of the scripts in cookiegate/consent/bridge; `python -m tests.consent.bridge` writes those."""
