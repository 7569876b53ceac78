"""What packages that are not modelled may do to a network that they are given."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from reachability import Verdict, merge
from reachability.graph.other_packages import may_change_network
from tests.reachability.stacks import PRIVATE_TABLE, VPC, Stack, ref

ROUTE = "aws-native:ec2:Route"


def judged(stack: Stack) -> tuple[Verdict, list[str]]:
    (egress,) = stack.prove()
    return egress.verdict, sorted({finding.code for finding in egress.outcome.findings})


@pytest.mark.parametrize(
    ("type_", "properties"),
    [
        (ROUTE, {"routeTableId": PRIVATE_TABLE}),
        (ROUTE, {"group": ref("connector-group")}),
        ("acme:index:Network", {"args": [{"vpc": VPC}]}),
        ("command:local:Command", {"environment": {"TABLE": PRIVATE_TABLE}}),
        ("pulumi-python:dynamic:Resource", {"nat": ref("nat")}),
        ("aws:cloudformation/stack:Stack", {"parameters": {"Vpc": VPC}}),
        ("aws:cloudcontrol/resource:Resource", {"desiredState": json.dumps({"RouteTableId": PRIVATE_TABLE})}),
    ],
)
def test_what_is_given_a_network_may_change_it(nat: Stack, type_: str, properties: dict[str, Any]) -> None:
    assert judged(nat) == (Verdict.REACHABLE, [])
    nat.add(type_, "other", **properties)
    assert judged(nat) == (Verdict.UNDETERMINED, ["OTHER_PACKAGE"])
    nat.remove("default")
    verdict, codes = judged(nat)
    assert verdict is Verdict.UNDETERMINED
    assert "OTHER_PACKAGE" in codes
    assert len(codes) > 1


@pytest.mark.parametrize(
    ("type_", "properties"),
    [
        ("eks:index:Cluster", {"vpcId": VPC}),
        ("kubernetes:core/v1:Service", {"group": ref("connector-group")}),
        ("random:index/randomId:RandomId", {"keepers": {"vpc": VPC}}),
        ("aws-native:s3:Bucket", {"bucketName": "b"}),
        (ROUTE, {"routeTableId": "rtb-0aaaaaaaaaaaaaaaa"}),
        ("aws:cloudformation/stack:Stack", {"parameters": {"Name": "x"}}),
    ],
)
def test_other_resources_leave_the_verdict(nat: Stack, type_: str, properties: dict[str, Any]) -> None:
    nat.add(type_, "other", **properties)
    assert judged(nat) == (Verdict.REACHABLE, [])


def test_a_service_outside_the_vpc_is_not_concerned(nat: Stack) -> None:
    nat.add(ROUTE, "other", routeTableId=PRIVATE_TABLE)
    nat["service"]["networkConfiguration"] = {"egressConfiguration": {"egressType": "DEFAULT"}}
    assert judged(nat) == (Verdict.REACHABLE, [])


@pytest.mark.parametrize("component", [True, False])
def test_a_component_of_the_program_does_nothing_itself(nat: Stack, component: bool) -> None:
    nat.add("acme:index:Network", "other", vpc=VPC)
    *others, last = nat.resources(preview=True)
    resources = [*others, replace(last, component=component)]
    found = may_change_network(merge(resources, nat.evidence(), project="mailroute", stack="prod"))
    assert [each.name for each in found] == ([] if component else ["other"])
