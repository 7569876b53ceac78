"""Which of two resources is made last, as far as their dependencies tell."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Graph, Resource
from reachability.graph.claims import Claim, follows, standing

LINK = "aws:ec2/networkAclAssociation:NetworkAclAssociation"


def resource(key: str, **fields: Any) -> Resource:
    return Resource(key=key, type=LINK, name=key, **fields)


FIRST = resource("first")
BETWEEN = resource("between", depends_on=("first",))
COMPONENT = resource("component", parent="first", depends_on=("first",), component=True)
CREATED = resource("first", id="aclassoc-1")


@pytest.mark.parametrize(
    ("earlier", "fields", "expected"),
    [
        (FIRST, {}, False),
        (FIRST, {"depends_on": ("first",)}, True),
        (FIRST, {"dependencies": {"subnetId": ("subnet",), "networkAclId": ("first",)}}, True),
        (FIRST, {"depends_on": ("between",)}, True),
        (FIRST, {"depends_on": ("read", "subnet")}, False),
        (FIRST, {"depends_on": ("last",)}, False),
        (FIRST, {"parent": "first"}, True),
        (FIRST, {"parent": "between"}, True),
        (FIRST, {"parent": "unread"}, False),
        (FIRST, {"parent": "component"}, False),
        (FIRST, {"depends_on": ("first",), "id": "aclassoc-2"}, False),
        (CREATED, {"depends_on": ("first",), "id": "aclassoc-2"}, True),
        (CREATED, {"depends_on": ("first",)}, True),
        (CREATED, {}, False),
    ],
)
def test_what_is_certainly_made_later(earlier: Resource, fields: dict[str, Any], expected: bool) -> None:
    last = resource("last", **fields)
    graph = Graph([earlier, BETWEEN, COMPONENT, resource("subnet"), last])

    assert follows(graph, last, earlier) is expected
    assert not follows(graph, earlier, last)


def test_of_claims_those_stand_that_none_certainly_replaces() -> None:
    last = resource("last", depends_on=("between",))
    apart = resource("apart")
    graph = Graph([FIRST, BETWEEN, apart, last])

    def left(**uncertain: bool) -> list[str]:
        claims = [Claim(each, uncertain.get(each.key, True)) for each in (FIRST, apart, last, BETWEEN)]
        return [found.key for found in standing(graph, claims)]

    assert left() == ["apart", "last"]
    assert left(last=False) == ["apart", "last", "between"]
    assert left(last=False, between=False) == ["first", "apart", "last", "between"]
    assert standing(graph, []) == []


@pytest.mark.parametrize(
    ("certain", "declared", "expected"),
    [(True, True, ["last"]), (False, True, ["first", "last"]), (True, False, ["first", "last"])],
)
def test_what_aws_shows_alone_was_there_before(certain: bool, declared: bool, expected: list[str]) -> None:
    last = resource("last")
    claims = [Claim(FIRST, certain=True, declared=False), Claim(last, certain, declared)]

    assert [found.key for found in standing(Graph([FIRST, last]), claims)] == expected
