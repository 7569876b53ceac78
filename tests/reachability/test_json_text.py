"""JSON inside of properties: what the proof cannot use of it is an error with a reason, never a fault."""

from __future__ import annotations

import json

import pytest

from reachability import json_text

DEEP = "nested too deeply"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{oops", "no JSON: Expecting property name enclosed in double quotes at line 1, column 2"),
        ('{"a": ' + "9" * 5_000 + "}", "JSON with a number that is too long to be read"),
        ("[1e999]", "JSON with a number that is too long to be read"),
        ("[NaN]", "no JSON: NaN is no number"),
        ("[-Infinity]", "no JSON: -Infinity is no number"),
        ("[" * 100_000, f"JSON that is {DEEP} to be read"),
        ("[" * 102 + "]" * 102, f"JSON that is {DEEP} to be read"),
        ('{"a":' * 500 + "1" + "}" * 500, f"JSON that is {DEEP} to be read"),
    ],
)
def test_what_is_no_usable_json_says_why(text: str, reason: str) -> None:
    with pytest.raises(json_text.JsonTextError) as raised:
        json_text.loads(text)
    assert str(raised.value) == reason


def test_json_is_read_as_aws_reads_it() -> None:
    assert json_text.loads('{"a": 1, "a": [2, 3.5, null]}') == {"a": [2, 3.5, None]}
    assert json_text.loads('{"a": {"b": 1}}', tuple) == (("a", (("b", 1),)),)
    deepest = "[" * 101 + "]" * 101
    assert json.dumps(json_text.loads(deepest)) == deepest
