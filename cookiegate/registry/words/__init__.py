"""What words on a published page mean, in 36 languages: headings, categories, lifetimes, units.

Each language is a TOML file in this folder; `units.json` is generated from CLDR (`tests/registry/words/cldr_units.py`).
Modules, from the bottom: `folding` compares words, `vocabulary` reads the files, `headings` names columns,
`categories` and `lifetimes` read cells.
"""
