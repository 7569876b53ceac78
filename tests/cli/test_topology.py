"""The VPCs of a report: what is in them, and which subnet leaves by which gateway."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from mailroute.report.model import ShownGateway
from mailroute.report.topology import topology
from reachability import Graph, parse
from reachability.aws import Network
from reachability.verdict import Hop, Outcome
from tests.cli.conftest import ROOT
from tests.cli.samples import AFTER

ACCOUNT = json.loads((ROOT / "accounts" / "prod.json").read_text(encoding="utf-8"))
PRIVATE, PUBLIC = "subnet-058489269eab00608", "subnet-07be90d42f1a6c385"
PRIVATE_TABLE = "rtb-0b5e21f97c4d38a06"
OTHER_VPC = [
    {"type": "aws:ec2/vpc:Vpc", "id": "vpc-2", "properties": {"cidrBlock": "10.9.0.0/16"}},
    {
        "type": "aws:ec2/subnet:Subnet",
        "id": "subnet-2",
        "properties": {"vpcId": "vpc-2", "cidrBlock": "10.9.0.0/24"},
    },
    {"type": "aws:ec2/internetGateway:InternetGateway", "id": "igw-2", "properties": {"vpcId": "vpc-2"}},
]
NAT = [
    {
        "type": "aws:ec2/natGateway:NatGateway",
        "id": "nat-1",
        "properties": {"subnetId": PUBLIC, "connectivityType": "public", "state": "available"},
    }
]


def shown(resources: list[dict[str, Any]], *subnets: str) -> Any:
    """The VPCs for a path through `subnets`, in an account with `resources` besides."""
    known = parse({**ACCOUNT, "resources": [*ACCOUNT["resources"], *resources]})
    hops = tuple(Hop("subnet", f"aws:ec2/subnet:Subnet::{subnet}") for subnet in subnets)
    network = Network(Graph(known.resources, known.coverage), known.zones)
    return topology(network, [replace(AFTER, outcome=Outcome(hops))])


def test_a_vpc_has_its_own_subnets_and_gateways() -> None:
    (vpc,) = shown(OTHER_VPC, PRIVATE)
    assert (vpc.name, vpc.cidr, len(vpc.subnets)) == ("vpc-0e9cd2c204069ca54", "172.31.0.0/16", 4)
    assert [(each.kind, each.name) for each in vpc.gateways] == [
        ("internet gateway", "igw-04d7b8f12ce3a6905")
    ]
    (subnet,) = (each for each in vpc.subnets if each.name == PRIVATE)
    assert (subnet.cidr, subnet.zone, subnet.table) == ("172.31.96.0/20", "us-east-1a", PRIVATE_TABLE)
    assert subnet.table_key.endswith(f"::{PRIVATE_TABLE}")
    assert subnet.targets == ()


def test_every_vpc_that_a_path_passes_is_shown() -> None:
    assert [vpc.name for vpc in shown(OTHER_VPC, PRIVATE, "subnet-2")] == ["vpc-0e9cd2c204069ca54", "vpc-2"]
    assert shown(OTHER_VPC) == ()


def test_a_subnet_leaves_by_what_its_table_says() -> None:
    routes = [{"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"}]
    known = [
        {**each, "properties": {**each["properties"], "routes": routes}}
        for each in ACCOUNT["resources"]
        if each["id"] == PRIVATE_TABLE
    ]
    others = [each for each in ACCOUNT["resources"] if each["id"] != PRIVATE_TABLE]
    parsed = parse({**ACCOUNT, "resources": [*others, *known, *NAT]})
    network = Network(Graph(parsed.resources, parsed.coverage), parsed.zones)
    path = Outcome((Hop("subnet", f"aws:ec2/subnet:Subnet::{PRIVATE}"),))
    (vpc,) = topology(network, [replace(AFTER, outcome=path)])
    leaves = {subnet.name: subnet.targets for subnet in vpc.subnets}
    assert leaves[PRIVATE] == ("aws:ec2/natGateway:NatGateway::nat-1",)
    assert leaves[PUBLIC] == ("aws:ec2/internetGateway:InternetGateway::igw-04d7b8f12ce3a6905",)
    assert vpc.gateways[0] == ShownGateway(
        "aws:ec2/natGateway:NatGateway::nat-1", "NAT gateway", "nat-1", (f"aws:ec2/subnet:Subnet::{PUBLIC}",)
    )
