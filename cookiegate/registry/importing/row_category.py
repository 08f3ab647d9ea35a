"""The category of a row: from its own column, its type column, the headings above, or what is known of the name.

`reading.py` asks it for each cookie name; `words/categories.py` knows the words.
Law: an unknown or doubtful category is a remark, never a guess. The purpose counts only where no category is named.
"""

from collections.abc import Collection

from cookiegate.model import Category
from cookiegate.registry.declaration import Remark, quoted
from cookiegate.registry.documents.outline import Section
from cookiegate.registry.importing.columns import Record
from cookiegate.registry.importing.options import Reading
from cookiegate.registry.registry import Registry
from cookiegate.registry.words.categories import ANY_OTHER, asks_for_consent, categories_in, category_of, key_of
from cookiegate.registry.words.headings import Column, words_of
from cookiegate.registry.words.kinds import says_kind
from cookiegate.registry.words.lifetimes import EMPTY_CELLS

__all__ = ["RowCategories"]

_FEW_WORDS = 3
_NOT_THERE = "no such category in the file; correct the word, or leave it out"
_TO_THE_LETTER = (
    "the file has whole rules of this category, which are read to the letter; change it in the cookies.toml"
)


class RowCategories:
    """Finds the category of each row of a file.

    `remarks`: gets what was not found. `comments`: gets the origin of a category that was filled in, by cookie name.
    `exact`: the categories of the file's whole rules, which no mapping changes.
    """

    def __init__(
        self, reading: Reading, remarks: list[Remark], comments: dict[str, list[str]], exact: Collection[str]
    ) -> None:
        self._reading = reading
        self._remarks = remarks
        self._comments = comments
        self._counts: dict[tuple[str, Category], int] = {}
        self._exact = exact
        self._seen: set[str] = set()
        self._sections: tuple[Section, ...] = ()

    def find(self, record: Record, name: str) -> Category | None:
        """Return the category of a cookie of this row, or `None` and a remark."""
        known = self._reading.categories
        word = self._word(record)
        if key_of(word) in self._reading.words_by_name:
            rule = Registry.known().covering(name)
            if rule is None:
                self._miss(
                    record, name,
                    f"category {quoted(word)} holds logins as well as comforts, and cookiegate does not know the name; "
                    f"find out what it is for, or give --map '{key_of(word)}=...' for all of them",
                )  # fmt: skip
            return None if rule is None else rule.category
        found = self._of_word(word) if word else self._of_headings(record, name)
        if isinstance(found, Category):
            return found
        if ANY_OTHER in known:
            return known[ANY_OTHER]
        word = word or _kind_that_may_be_one(record)
        if found is None and not word:
            purpose = self._of_word(record.text(Column.PURPOSE))
            if purpose is not None:
                return purpose
        gap = self._reading.gaps.category(name)
        if gap is not None:
            if gap[1] not in self._comments.setdefault(name, []):
                self._comments[name].append(gap[1])
            return gap[0]
        self._miss_category(record, name, word, found or "")
        return None

    def check(self, record: Record, name: str) -> None:
        """Remark on a category that the row names and that is not known."""
        named = self._word(record)
        word = named or _kind_that_may_be_one(record)
        is_mapped = key_of(word) in self._reading.words_by_name or ANY_OTHER in self._reading.categories
        by_heading = not named and any(self._meaning(section.text) is not None for section in record.sections)
        if word and not is_mapped and not by_heading and self._meaning(word) is None:
            self._miss_category(record, name, word, "")

    def see(self, record: Record) -> None:
        """Note the row's words for categories, so that a mapping of a word that no row has is remarked on."""
        if not self._reading.own_words:
            return
        texts = [record.text(column) for column in (Column.CATEGORY, Column.KIND)]
        texts += [] if self._word(record) else [record.text(Column.PURPOSE)]
        if record.sections is not self._sections:  # the rows of a table share them
            self._sections = record.sections
            texts += [section.text for section in record.sections]
        self._seen.update(map(key_of, texts))

    def remarks(self) -> list[Remark]:
        """Return remarks on words that are not the category's own, and on mapped words that no row has."""
        return [
            Remark(
                "", f"category {quoted(word)}",
                f"read as {category} ({count} {'row' if count == 1 else 'rows'}); "
                f"--map '{key_of(word)}=...' changes it",
                is_understood=True,
            )
            for (word, category), count in self._counts.items()
            if category.value not in words_of(word) and key_of(word) not in self._reading.own_words
        ] + [
            Remark("", f"--map {quoted(word)}", _TO_THE_LETTER if key in self._exact else _NOT_THERE)
            for key, word in self._reading.own_words.items()
            if key != ANY_OTHER and key not in self._seen
        ]  # fmt: skip

    def _word(self, record: Record) -> str:
        """Return the word by which a row names its category, known or not; empty if it names none."""
        word = record.text(Column.CATEGORY)
        if word.lower() in EMPTY_CELLS and key_of(word) not in self._reading.categories:
            word = ""
        kind = record.text(Column.KIND)
        return kind if not word and self._meaning(kind) is not None else word

    def _of_word(self, word: str) -> Category | None:
        found = self._meaning(word)
        return None if found is None else self._count(word, found)

    def _of_headings(self, record: Record, name: str) -> Category | str | None:
        """Find the category in the headings above; return a text if a sentence ends it."""
        for section in record.sections:
            found = self._meaning(section.text)
            if found is None:
                continue
            end, is_certain = _end_of(section, found)
            if end and is_certain:
                return f"the heading {quoted(section.text)} is followed by {quoted(end)}, which may end it"
            if end:
                text = f"{found} by the heading {quoted(section.text)}, although {quoted(end)} is between them"
                self._remarks.append(Remark(record.place, quoted(name), text, is_understood=True))
            return self._count(section.text, found)
        return None

    def _count(self, word: str, category: Category) -> Category:
        self._counts[word, category] = self._counts.get((word, category), 0) + 1
        return category

    def _miss_category(self, record: Record, name: str, word: str, ended: str) -> None:
        above = [section.text for section in record.sections]
        headings = f"; the headings above are {', '.join(map(quoted, above[:3]))}" if above and not word else ""
        what = f"category {quoted(word)} is not known" if word else ended or f"no category{headings}"
        example = key_of(word or next(iter(above), ""))
        if ended or not 0 < len(example.split()) <= _FEW_WORDS:
            example = ANY_OTHER
        self._miss(record, name, f"{what}; give --map '{example}=...' with one of {', '.join(Category)}")

    def _meaning(self, word: str) -> Category | None:
        return self._reading.categories.get(key_of(word)) or category_of(word)

    def _miss(self, record: Record, name: str, text: str) -> None:
        self._remarks.append(Remark(record.place, quoted(name), text))


def _kind_that_may_be_one(record: Record) -> str:
    """Return the text of the type column, unless it only says first or third party, or the kind of storage."""
    kind = record.text(Column.KIND)
    return "" if kind.lower() in EMPTY_CELLS or says_kind(kind) else kind


def _end_of(section: Section, category: Category) -> tuple[str, bool]:
    """Return a sentence under a heading that makes its category doubtful, and whether it ends it; empty if none.

    A sentence ends a category if it names another one; it ends "necessary" if it mentions consent or a choice.
    """
    for sentence in section.sentences:
        others = categories_in(sentence) - {category}
        if others or (category is Category.NECESSARY and asks_for_consent(sentence)):
            return sentence, True
    return (section.sentences[0], False) if section.sentences else ("", False)
