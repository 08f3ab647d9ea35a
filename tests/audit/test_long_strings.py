"""Long strings are shortened, and nothing else changes."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiegate.audit import long_strings
from cookiegate.audit.long_strings import LongStrings

TEXTS = st.text(st.sampled_from('ab"\\\n/é漢😀\x7f'), max_size=40)
JSON = st.recursive(TEXTS | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner))


def shortened(octets, monkeypatch=None, read=7, keep=4):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_strings, "_READ_OCTETS", read)
        patch.setattr(long_strings, "MAX_STRING_OCTETS", keep)
        stream = LongStrings(io.BytesIO(octets))
        pieces = []
        while piece := stream.read(7):
            pieces.append(piece)
        assert stream.is_at_end
        assert stream.octets == len(octets)
        return b"".join(pieces)


@given(JSON, st.booleans(), st.integers(1, 60))
def test_short_strings_stay_as_they_are(document, ascii_only, read):
    octets = json.dumps(document, ensure_ascii=ascii_only).encode()
    assert shortened(octets, read=read, keep=100_000) == octets


@given(JSON, st.booleans(), st.integers(1, 60), st.integers(1, 20))
def test_cut_strings_are_json_of_the_same_shape(document, ascii_only, read, keep):
    octets = json.dumps(document, ensure_ascii=ascii_only).encode()
    cut = shortened(octets, read=read, keep=keep)
    assert len(cut) <= len(octets)
    assert shape(json.loads(cut, object_pairs_hook=list)) == shape(json.loads(octets, object_pairs_hook=list))


def shape(value):
    """Names of members may be cut until they are alike: pairs are counted, not names."""
    return [shape(each) for each in value] if isinstance(value, list | tuple) else type(value)


def test_beginning_of_a_long_string_is_kept():
    assert shortened(b'["abcdefghij", 1]') == b'["abcd", 1]'


def test_nothing_is_read_for_nothing():
    assert LongStrings(io.BytesIO(b"x")).read(0) == b""


def test_backslash_at_the_very_end_is_not_lost():
    assert shortened(b'"a\\') == b'"a\\'


def test_file_of_nothing_but_a_mark_is_empty():
    assert shortened(b"\xef\xbb\xbf") == b""
