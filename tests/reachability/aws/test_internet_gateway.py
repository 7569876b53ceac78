"""Which VPC an internet gateway is attached to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reachability import UNKNOWN, Graph, Proof
from reachability.graph.references import exactly
from tests.reachability.stacks import Stack, either, ref
from tests.reachability.two_vpcs import found

ATTACHMENT = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"


@pytest.mark.parametrize(
    ("own", "attachments", "answer"),
    [
        (ref("one"), [], True),
        (ref("other"), [], False),
        (None, [], False),
        (UNKNOWN, [], UNKNOWN),
        (either("one", "other"), [], UNKNOWN),
        (None, [(ref("igw-one"), ref("one"))], True),
        (None, [(ref("igw-one"), ref("other"))], False),
        (None, [(ref("igw-one"), either("one", "other"))], UNKNOWN),
        (None, [(ref("igw-other"), ref("one"))], False),
        (None, [("igw-unread", ref("one"))], False),
        (None, [(either("igw-one", "igw-other"), ref("one"))], UNKNOWN),
        (None, [(UNKNOWN, ref("one")), (ref("igw-one"), ref("one"))], True),
    ],
)
def test_whether_a_gateway_is_attached(
    two: Stack, own: Any, attachments: list[tuple[Any, Any]], answer: object
) -> None:
    if own is not None:
        two["igw-one"]["vpcId"] = own
    for index, (gateway, vpc) in enumerate(attachments):
        two.add(ATTACHMENT, f"attachment-{index}", internetGatewayId=gateway, vpcId=vpc)

    assert attached_to(two.graph(), "one") is answer


def attached_to(graph: Graph, vpc: str) -> object:
    """Whether the first gateway is attached to this VPC."""
    held = Proof(graph).network
    gateway = held.internet_gateways.read(found(graph, "igw-one"))
    return gateway.attached_to(exactly(held.vpcs.read(found(graph, vpc))))


def test_a_gateway_is_attached_by_its_attachment_alone(two: Stack) -> None:
    """AWS is still to tell which VPC it is attached to, so its own property is not known."""
    two.add(ATTACHMENT, "attachment", internetGatewayId=ref("igw-one"), vpcId=ref("other"))
    graph = two.graph()
    told = replace(found(graph, "igw-one"), properties={"vpcId": UNKNOWN}, inputs=frozenset())
    shown = Graph([*graph, told])

    assert attached_to(shown, "other") is True
    assert attached_to(shown, "one") is False
