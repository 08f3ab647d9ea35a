"""The names in a cell: aliases, lists, placeholders; and what is no name."""

import pytest

from cookiegate.registry.cookie_names import is_name, read_names


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("_ga", ("_ga",)),
        ("_ga_*", ("_ga_*",)),
        ("token (BEARER_TOKEN)", ("token",)),
        ("_ga, _gid; _gat", ("_ga", "_gid", "_gat")),
        ("_ga\n_gid", ("_ga", "_gid")),
        ("_ga and _gid und _gat / _x", ("_ga", "_gid", "_gat", "_x")),
        ("“_ga”", ("_ga",)),
        ("__cf_bm [x2]", ("__cf_bm",)),
        ("_ga_<container-id>", ("_ga_*",)),
        ("wp-settings-time-{UID}", ("wp-settings-time-*",)),
        ("_hjSession_[site]_x", ("_hjSession_*_x",)),
        ("_ga_<id> (GA4)", ("_ga_*",)),
        ("_pk_id…", ("_pk_id*",)),
        ("_ga, _ga", ("_ga",)),
        ("_ga,", ("_ga",)),
    ],
)
def test_cell_gives_its_names(cell, names):
    assert read_names(cell).names == names


@pytest.mark.parametrize(
    "cell",
    ["", "a b", "barometric[cuid]", "a:b", "a=b", "*", "<id>", "naïve", "(x)", "a b (x)", "a\x00b", "x " * 10_000],
)
def test_what_is_no_name_gives_none(cell):
    found = read_names(cell)
    assert found.names == ()
    assert bool(found.unread) is bool(cell)


def test_code_among_other_words_is_the_name():
    found = read_names("The cookie _ga of Google", ("_ga",))
    assert found.names == ("_ga",)
    assert found.notes == (("_ga", "'The cookie _ga of Google': only the part marked as code is read as the name"),)


def test_two_codes_among_other_words_are_not_guessed_between():
    assert read_names("either x1 or-else x2 !", ("x1", "x2")).names == ()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("_ga_...", "_ga_*"),
        ("_gat_UA-XXXX", "_gat_UA-*"),
        ("_gclxxxx", "_gcl*"),
        ("_ga_xxxxxxxxxx", "_ga_*"),
        ("a_XXX_b", "a_*_b"),
        ("_hjSession_{site_id}", "_hjSession_*"),
    ],
)
def test_dots_and_x_stand_for_any_characters_and_are_noted(written, name):
    found = read_names(written)
    assert found.names == (name,)
    assert repr(written) in found.notes[0][1]


@pytest.mark.parametrize("name", ["xxx", "maxxx", "a_xx", "axxxb", "x_y"])
def test_x_that_may_be_part_of_a_word_stays(name):
    assert read_names(name).names == (name,)


@pytest.mark.parametrize("cell", ["...", "…", "-", "_", "_xxx"])
def test_dots_and_dashes_alone_are_no_name(cell):
    assert read_names(cell).names == ()


@pytest.mark.parametrize("name", ["_ga_#"])
def test_what_looks_like_a_placeholder_is_taken_as_it_stands_and_noted(name):
    found = read_names(name)
    assert found.names == (name,)
    assert "means any characters, replace it by '*'" in found.notes[0][1]
    assert read_names(f"{name}, b").notes == found.notes


def test_number_sign_stands_for_any_characters_where_a_platform_writes_it_so():
    assert read_names("_ga_#", is_number_sign_any=True).names == ("_ga_*",)
    assert read_names("###", is_number_sign_any=True).names == ()
    assert read_names("a..", is_number_sign_any=True).notes == ()


def test_exact_names_are_not_interpreted():
    assert read_names("a (b)", is_exact=True).names == ()
    assert read_names("a_#", is_exact=True).names == ("a_#",)


def test_name_is_a_token_with_more_than_stars():
    assert [is_name(text) for text in ("a*b", "**", "", "a b")] == [True, False, False, False]
