"""Known, unknown and absent values."""

from __future__ import annotations

import pickle

import pytest

from reachability.values import (
    ABSENT,
    UNKNOWN,
    contains_unknown,
    elements,
    get,
    is_known,
    items,
    known_items,
    to_int,
)


def test_a_path_ends_at_the_first_unknown_or_absent_value() -> None:
    properties = {"a": {"b": [1, None, UNKNOWN]}, "c": UNKNOWN, "d": None}

    assert get(properties, "a", "b", 0) == 1
    assert get(properties, "a", "b", 1) is ABSENT
    assert get(properties, "a", "b", 2, "deeper") is UNKNOWN
    assert get(properties, "a", "b", 3) is ABSENT
    assert get(properties, "c", "deeper") is UNKNOWN
    assert get(properties, "d") is ABSENT
    assert get(properties, "a", "b", "no object") is ABSENT


@pytest.mark.parametrize("marker", [UNKNOWN, ABSENT])
def test_unknown_and_absent_have_no_truth_value(marker: object) -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(marker)
    assert pickle.loads(pickle.dumps(marker)) is marker  # noqa: S301
    assert not is_known(marker)


def test_lists() -> None:
    assert items({"x": ["a", None]}, "x") == ("a", ABSENT)
    assert items({"x": "a"}, "x") == ("a",)
    assert items({}, "x") == ()
    assert items({"x": UNKNOWN}, "x") is UNKNOWN
    assert elements({"x": UNKNOWN}, "x") == (UNKNOWN,)
    assert known_items(UNKNOWN) == ()


def test_an_unknown_is_found_at_any_depth() -> None:
    assert contains_unknown({"a": [{"b": UNKNOWN}]})
    assert not contains_unknown({"a": [{"b": ABSENT}]})


@pytest.mark.parametrize(
    ("value", "number"), [(587.0, 587), ("587", 587), (UNKNOWN, UNKNOWN), (ABSENT, ABSENT)]
)
def test_whole_numbers(value: object, number: object) -> None:
    assert to_int(value) == number


@pytest.mark.parametrize("value", [1.5, "smtp", ""])
def test_other_values_are_no_whole_numbers(value: object) -> None:
    with pytest.raises(ValueError, match=r"not a whole number|could not convert"):
        to_int(value)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("true", True),
        ("True", True),
        ("1", True),
        ("false", False),
        ("F", False),
        ("yes", UNKNOWN),
        ("", UNKNOWN),
        (True, True),
        (False, False),
        (UNKNOWN, UNKNOWN),
        ([], []),
    ],
)
def test_a_truth_value_may_be_given_as_text(given: object, read: object) -> None:
    assert get({"inside": [{"assignPublicIp": given}]}, "inside", 0, "assignPublicIp") == read
    assert get({"assignPublicIp": given}, "assignPublicIp") == read


def test_texts_of_other_names_stay() -> None:
    assert get({"description": "true"}, "description") == "true"
