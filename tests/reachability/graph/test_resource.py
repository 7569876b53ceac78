"""One resource of the graph: what its program sets, and where it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reachability import ABSENT, UNKNOWN, Origin, Resource
from reachability.graph.resource import nearest


def resource(key: str, type_: str = "vpc", **fields: object) -> Resource:
    return Resource(key=key, type=type_, name=key, **fields)  # type: ignore[arg-type]


def test_what_the_program_leaves_to_aws_counts_as_not_set() -> None:
    one = resource("one", properties={"a": UNKNOWN, "b": UNKNOWN, "c": {"d": 1}}, inputs=frozenset({"a"}))

    assert one.declared("a") is UNKNOWN
    assert one.declared("b") is ABSENT
    assert one.declared("c", "d") == 1
    assert one.get("b") is UNKNOWN


def test_a_resource_is_labelled_by_its_id_once_it_has_one() -> None:
    assert [resource("one").label, resource("one", id="vpc-1").label] == ["one", "vpc-1"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"region": "a"}, {"region": "a"}, True),
        ({"region": "a"}, {"region": "b"}, False),
        ({"region": "a", "access": "k"}, {"access": "k"}, UNKNOWN),
        ({}, {}, UNKNOWN),
        ({"access": "k"}, {"access": "l"}, UNKNOWN),
        ({"access": "k"}, {"access": "k"}, True),
    ],
)
def test_whether_two_resources_are_in_one_region(one: Any, other: Any, same: Any) -> None:
    assert resource("one", **one).in_region_of(resource("other", **other)) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"account": "1"}, {"account": "1"}, True),
        ({"account": "1"}, {"account": "2"}, False),
        ({"account": "1"}, {}, UNKNOWN),
        ({}, {}, UNKNOWN),
        ({"access": "k"}, {"access": "l"}, UNKNOWN),
        ({"access": "k"}, {"access": "k"}, True),
        ({"origin": Origin.ACCOUNT, "account": "1"}, {}, True),
        ({}, {"origin": Origin.ACCOUNT, "account": "1"}, True),
    ],
)
def test_whether_two_resources_are_in_one_account(one: Any, other: Any, same: Any) -> None:
    assert resource("one", **one).in_account_of(resource("other", **other)) is same


@pytest.mark.parametrize(
    ("place", "same"),
    [
        ({"region": "a", "account": "1"}, True),
        ({"region": "b", "account": "1"}, False),
        ({"region": "a", "account": "2"}, False),
        ({"region": "a"}, UNKNOWN),
        ({"region": "b"}, False),
    ],
)
def test_whether_two_resources_are_in_one_place(place: Any, same: Any) -> None:
    here = resource("here", region="a", account="1")
    assert resource("other", **place).in_place_of(here) is same


def test_an_id_means_the_one_in_the_account_of_its_user() -> None:
    own, others = (
        Resource(f"urn:{account}", "t", account, id="vpc-1", region="us-east-1", account=account)
        for account in ("111122223333", "444455556666")
    )
    user = replace(own, key="urn:user", id="user")

    assert nearest(user, [others, own]) == own
    assert nearest(user, [own, others]) == own
    assert nearest(user, [others]) == others
