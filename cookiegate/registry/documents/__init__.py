"""Published documents as tables: one file a format, over `table`, `outline` and `spans`, which all of them yield.

Markup: `asciidoc`, `html` (with `html_parts` and `elements`), `markdown`, `restructuredtext`; `flow` reads lists and
sentences in it. Files: `csv_file`, `json_file`, `office`. Consent platforms: `banner_configuration` (over
`javascript`), `cookiebot_declaration`, `onetrust_declaration`, `open_cookie_database`. `source_text` decodes octets,
`exact` has values that a page can't show.
Law: every reader is linear in the length of its file. `cookiegate.registry.importing` makes rules of the tables.
"""
