"""The shape of a JSON document that is read back."""

import pytest

from cookiegate.audit.json_shape import members, objects


def test_what_has_the_shape_is_returned():
    assert members({"a": 1, "b": "x"}, a=int) == {"a": 1, "b": "x"}
    assert objects([{"a": 1}, {"a": 2}], ["a"], a=int) == [{"a": 1}, {"a": 2}]
    assert objects([]) == []


@pytest.mark.parametrize("value", [None, [], "a", {}, {"a": "1"}, {"a": None}])
def test_another_object_is_refused(value):
    with pytest.raises(ValueError, match=r"no object|a is missing, or of another type"):
        members(value, a=int)


@pytest.mark.parametrize("value", [None, {}, "a", [1], [{}], [{"a": 1, "b": 2}], [{"b": 1}]])
def test_another_list_is_refused(value):
    with pytest.raises(ValueError, match=r"no list|no object|members are missing, or unknown"):
        objects(value, ["a"])
