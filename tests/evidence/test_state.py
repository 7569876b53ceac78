"""What a stack's exported state takes out of evidence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evidence import EvidenceError, state

TABLE = {
    "type": "aws:ec2/routeTable:RouteTable",
    "id": "rtb-1",
    "properties": {
        "routes": [
            {"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1", "state": "active"},
            {"ipv6CidrBlock": "::/0", "egressOnlyGatewayId": "eigw-1"},
            {"destinationPrefixListId": "pl-1", "gatewayId": "vgw-1"},
        ],
        "associations": [{"subnetId": "subnet-1"}, {"subnetId": "subnet-2"}, {"main": True}],
    },
}
GROUP = {
    "type": "aws:ec2/securityGroup:SecurityGroup",
    "id": "sg-1",
    "properties": {
        "egress": [
            {"protocol": "tcp", "fromPort": 587, "toPort": 587, "cidrBlocks": ["10.0.0.0/8", "0.0.0.0/0"]},
            {"protocol": "tcp", "fromPort": 465, "toPort": 465, "cidrBlocks": ["0.0.0.0/0"]},
            {"protocol": "-1", "fromPort": 0, "toPort": 0, "securityGroups": ["sg-2"], "self": True},
        ],
        "ingress": [],
    },
}
ACL = {
    "type": "aws:ec2/networkAcl:NetworkAcl",
    "id": "acl-1",
    "properties": {"egress": [{"ruleNo": 100}, {"ruleNo": 200}], "ingress": [{"ruleNo": 100}]},
}
DOCUMENT = {"version": 1, "resources": [TABLE, GROUP, ACL]}


def managed(type_: str, **more: Any) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:dev::shop::{type_}::x", "type": type_, "id": "x", "custom": True, **more}


def left(type_: str, outputs: dict[str, Any], whole: str) -> dict[str, Any]:
    """The properties of `whole` without the part of it that the stack manages."""
    document = state.without(DOCUMENT, [managed(type_, outputs=outputs)], ())
    (properties,) = [entry["properties"] for entry in document["resources"] if entry["id"] == whole]
    found: dict[str, Any] = properties
    return found


def test_a_resource_goes_by_its_type_and_id() -> None:
    table = managed("aws:ec2/routeTable:RouteTable", id="rtb-1")
    assert state.without(DOCUMENT, [table], ())["resources"] == [GROUP, ACL]
    assert state.without(DOCUMENT, [managed("aws:ec2/eip:Eip", id="rtb-1")], ())["resources"] == [
        TABLE,
        GROUP,
        ACL,
    ]


def test_what_is_retained_stays_once_the_program_gives_it_up() -> None:
    table = managed("aws:ec2/routeTable:RouteTable", id="rtb-1", retainOnDelete=True)
    assert TABLE in state.without(DOCUMENT, [table], ())["resources"]
    assert TABLE not in state.without(DOCUMENT, [table], (table["urn"],))["resources"]


@pytest.mark.parametrize(
    ("destination", "gone"),
    [
        ({"destinationCidrBlock": "0.0.0.0/0", "destinationIpv6CidrBlock": ""}, 0),
        ({"destinationIpv6CidrBlock": "::/0"}, 1),
        ({"destinationPrefixListId": "pl-1"}, 2),
        ({"destinationCidrBlock": "10.9.0.0/16"}, None),
    ],
)
def test_a_route_goes_from_its_table(destination: dict[str, str], gone: int | None) -> None:
    routes = list(TABLE["properties"]["routes"])  # type: ignore[index]
    if gone is not None:
        del routes[gone]
    outputs = {"routeTableId": "rtb-1", **destination}
    assert left("aws:ec2/route:Route", outputs, "rtb-1")["routes"] == routes
    assert len(TABLE["properties"]["routes"]) == 3  # type: ignore[index]


def test_an_association_goes_from_its_table() -> None:
    outputs = {"routeTableId": "rtb-1", "subnetId": "subnet-1"}
    found = left("aws:ec2/routeTableAssociation:RouteTableAssociation", outputs, "rtb-1")
    assert found["associations"] == [{"subnetId": "subnet-2"}, {"main": True}]


def test_an_acl_rule_goes_from_its_direction() -> None:
    outputs = {"networkAclId": "acl-1", "ruleNumber": 100.0, "egress": True}
    found = left("aws:ec2/networkAclRule:NetworkAclRule", outputs, "acl-1")
    assert found == {"egress": [{"ruleNo": 200}], "ingress": [{"ruleNo": 100}]}


@pytest.mark.parametrize(
    ("type_", "outputs", "rule", "peers"),
    [
        (
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
            {"ipProtocol": "tcp", "fromPort": 587, "toPort": 587, "cidrIpv4": "0.0.0.0/0"},
            0,
            {"cidrBlocks": ["10.0.0.0/8"]},
        ),
        (
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
            {"ipProtocol": "-1", "referencedSecurityGroupId": "sg-1"},
            2,
            {"securityGroups": ["sg-2"], "self": False},
        ),
        (
            "aws:ec2/securityGroupRule:SecurityGroupRule",
            {
                "type": "egress",
                "protocol": "all",
                "fromPort": 0,
                "toPort": 0,
                "sourceSecurityGroupId": "sg-2",
            },
            2,
            {"securityGroups": [], "self": True},
        ),
        (
            "aws:ec2/securityGroupRule:SecurityGroupRule",
            {
                "type": "egress",
                "protocol": "tcp",
                "fromPort": 587,
                "toPort": 587,
                "cidrBlocks": ["10.0.0.0/8", "0.0.0.0/0"],
            },
            0,
            {"cidrBlocks": []},
        ),
    ],
)
def test_a_rule_goes_from_its_group_peer_by_peer(
    type_: str, outputs: dict[str, Any], rule: int, peers: dict[str, Any]
) -> None:
    rules = left(type_, {"securityGroupId": "sg-1", **outputs}, "sg-1")["egress"]
    assert {name: rules[rule][name] for name in peers} == peers
    others = [index for index in range(3) if index != rule]
    assert [rules[index] for index in others] == [
        GROUP["properties"]["egress"][index]  # type: ignore[index]
        for index in others
    ]


def test_only_what_the_stack_manages_is_read_from_its_state(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    own = managed("aws:ec2/eip:Eip")
    resources = [
        own,
        managed("aws:ec2/vpc:Vpc", external=True),
        {"urn": "urn:component", "type": "mailroute:index:Network"},
    ]
    file.write_text(json.dumps({"version": 3, "deployment": {"resources": resources}}))
    assert state.load(file) == (own,)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"deployment": []}', '{"deployment": {"resources": 5}}']
)
def test_what_is_no_state_is_one_line(tmp_path: Path, content: str) -> None:
    file = tmp_path / "state.json"
    file.write_text(content)
    says = r"state\.json(:1:1: not JSON: Expecting value|: not the state of a stack): write it with"
    with pytest.raises(EvidenceError, match=says):
        state.load(file)
    with pytest.raises(EvidenceError, match=r"nowhere\.json: No such file"):
        state.load(tmp_path / "nowhere.json")
