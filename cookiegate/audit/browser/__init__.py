"""The audit by a real browser: what a site does before and after each choice of a visitor.

`evidence.py` holds what was seen, `assessing.py` makes findings of it; both are pure. `campaign.py` drives the browser
through the phases, one `Profile` each, and `proxy.py` decides which addresses the browser reaches.
Law: the values of cookies and of stored entries never leave the page or the browser's network stack.
"""
