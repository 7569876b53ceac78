"""A preview's values are those that the SDK and an engine make of the same expressions (seen in a run)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from reachability import UNKNOWN
from tests.judges import topologies as t
from tests.judges.program import urn
from tests.judges.programs import engine
from tests.judges.programs.model import COMPONENT, Declared, Program
from tests.judges.programs.writer import apply, output
from tests.judges.topologies import Draft

NEW, OLD = output("new"), "subnet-old"
BOTH = {"$all": [NEW, OLD]}
FOUND = {"$at": [{"$call": ["getSubnets", {"vpcId": "vpc-a"}]}, "ids"]}
FOUND_IN_NEW = {"$at": [{"$call": ["getSubnets", {"vpcId": output("vpc")}]}, "ids"]}
FOUND_IN_READ = {"$at": [{"$call": ["getSubnets", {"vpcId": output("read")}]}, "ids"]}


def _program(value: Any) -> Program:
    draft = Draft(Random(0))
    t.add_vpc(draft, "a", "10.1")
    t.add_subnet(draft, "old", "vpc-a", "10.1.0.0/20")
    given = {"availabilityZoneId": "use1-az4", "cidrBlock": "10.0.0.0/20"}
    declared = (
        Declared("read", t.VPC, {"id": "vpc-a"}, kind="read"),
        Declared("vpc", t.VPC, {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True}),
        Declared("new", t.SUBNET, {"vpcId": output("vpc"), **given}),
        Declared("local", COMPONENT, {"ids": BOTH}, kind="component"),
        Declared("remote", COMPONENT, {"ids": BOTH}, kind="remote"),
        Declared("other", t.CONNECTOR, {"subnets": [NEW, OLD]}),
        Declared("connector", t.CONNECTOR, {"subnets": value}),
    )
    return Program(draft.document(), evidence=True, config={"chosen": 1}, declared=declared)


@pytest.mark.parametrize(
    ("value", "shown", "sources"),
    [
        pytest.param([NEW, OLD], [UNKNOWN, OLD], {"new"}, id="a list"),
        pytest.param(BOTH, UNKNOWN, {"new"}, id="one output"),
        pytest.param({"$input": [NEW, OLD]}, UNKNOWN, {"new"}, id="a list as an input"),
        pytest.param({"$all": [OLD]}, [OLD], set(), id="an output of what is known"),
        pytest.param([{"$at": [BOTH, 1]}], [OLD], {"new"}, id="a known part"),
        pytest.param([{"$at": [BOTH, 0]}], [UNKNOWN], {"new"}, id="an unknown part"),
        pytest.param([apply("choose", BOTH, {"$config": "chosen"})], [UNKNOWN], {"new"}, id="chosen"),
        pytest.param(apply("sort", BOTH), UNKNOWN, {"new"}, id="sorted"),
        pytest.param(FOUND, [OLD], set(), id="found"),
        pytest.param([{"$at": [FOUND, 0]}], [OLD], set(), id="part of what is found"),
        pytest.param(apply("flat", {"$all": [NEW, FOUND]}), UNKNOWN, {"new"}, id="new and found"),
        pytest.param(FOUND_IN_NEW, UNKNOWN, set(), id="found in what is new"),
        pytest.param(FOUND_IN_READ, [OLD], {"read"}, id="found in what is read"),
        pytest.param(output("other", "subnets"), UNKNOWN, {"other"}, id="handed on by a resource"),
        pytest.param([{"$at": [output("other", "subnets"), 1]}], [OLD], {"other"}, id="a part of it"),
        pytest.param({"$part": ["local", "ids"]}, UNKNOWN, {"new"}, id="handed on by a component"),
        pytest.param({"$part": ["remote", "ids"]}, UNKNOWN, {"remote"}, id="by a remote component"),
        pytest.param([output("read", "mainRouteTableId")], ["rtb-a-main"], {"read"}, id="read"),
    ],
)
def test_a_preview_shows_what_the_sdk_sends(value: Any, shown: Any, sources: set[str]) -> None:
    resources = {each.name: each for each in engine.preview(_program(value))}
    connector = resources["connector"]
    assert connector.properties["subnets"] == shown
    types = {"new": t.SUBNET, "other": t.CONNECTOR, "remote": COMPONENT, "read": t.VPC}
    assert set(connector.dependencies["subnets"]) == {urn(types[name], name) for name in sources}
    assert "read" not in resources


def test_an_update_waits_for_what_values_come_from() -> None:
    forwards, backwards = engine.orders(_program({"$part": ["local", "ids"]}))
    assert forwards != backwards
    for order in (forwards, backwards):
        places = [order.index(name) for name in ("vpc", "new", "connector")]
        assert places == sorted(places)
