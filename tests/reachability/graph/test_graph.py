"""The graph: what has an id or an ARN, and what could not be read around it."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Graph, Origin, Resource
from reachability.graph import Unread

KINDS = ("vpc", "default-vpc")


def resource(key: str, type_: str = "vpc", **fields: object) -> Resource:
    return Resource(key=key, type=type_, name=key, **fields)  # type: ignore[arg-type]


def test_the_programs_resource_wins_over_the_accounts() -> None:
    held = resource("held", id="vpc-1", origin=Origin.ACCOUNT)
    declared = resource("declared", id="vpc-1")

    assert Graph([held, declared]).by_id("vpc-1", KINDS, held) is declared


def test_an_arn_is_an_identity_too() -> None:
    connector = resource("c", properties={"arn": "arn:1"})
    assert Graph([connector]).by_id("arn:1", KINDS, connector) is connector


@pytest.mark.parametrize(
    ("unread", "concerned"),
    [
        ({}, True),
        ({"region": "a"}, True),
        ({"region": "a", "account": "1"}, True),
        ({"region": "b", "account": "1"}, False),
        ({"account": "2"}, False),
    ],
)
def test_what_was_not_read_concerns_what_may_be_there(unread: Any, concerned: bool) -> None:
    assert Unread("action", "why", **unread).concerns(resource("r", region="a", account="1")) is concerned
    assert Unread("action", "why", **unread).concerns(resource("r"))
