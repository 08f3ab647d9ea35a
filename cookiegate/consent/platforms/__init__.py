"""Consent platforms: one file reads the cookies of one platform. CONTRIBUTING.md says how to add one."""
