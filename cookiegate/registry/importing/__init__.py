"""Tables of a published document to rules: `columns` finds the columns, `row_category` the categories, `reading` all.

`cookiegate.registry.documents` reads the files, `cookiegate.registry.formats` chooses the format.
"""
