"""The pytest plugin's parts: `clients.py` watches test clients, `judging.py` checks a line, `recorder.py` reports.

Law: nothing is imported or changed for tests that don't use the plugin.
"""
