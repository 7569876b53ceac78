"""Which ids of a program live evidence is read for, and through which provider."""

from __future__ import annotations

from typing import Any

from evidence.live import Access, adopted
from reachability import UNKNOWN, Resource

VPC, SUBNET, GROUP = "vpc-0123456789abcdef0", "subnet-0123456789abcdef0", "sg-01234567"
CONNECTOR = "arn:aws:apprunner:us-east-1:123456789012:vpcconnector/shop/1/0"


def resource(kind: str, properties: dict[str, Any], **more: Any) -> Resource:
    return Resource(f"urn:{kind}", f"aws:{kind}", kind, properties, **{"region": "us-east-1", **more})


def test_what_the_program_names_and_does_not_create_is_adopted() -> None:
    program = [
        resource(
            "ec2/subnet:Subnet",
            {"vpcId": VPC, "cidrBlock": "10.0.0.0/24"},
            id=SUBNET,
            inputs=frozenset({"vpcId"}),
        ),
        resource(
            "ec2/vpcEndpoint:VpcEndpoint",
            {"vpcId": UNKNOWN, "subnetIds": [SUBNET, UNKNOWN], "tags": {"group": GROUP}, "dnsEntries": [VPC]},
            inputs=frozenset({"vpcId", "subnetIds", "tags"}),
        ),
        resource(
            "apprunner/service:Service",
            {"networkConfiguration": {"egressConfiguration": {"vpcConnectorArn": CONNECTOR}}},
        ),
        Resource("urn:component", "mailroute:index:Network", "net", {"subnet": "subnet-11111111"}),
    ]
    assert adopted(program) == {Access("us-east-1"): {VPC, GROUP, CONNECTOR}}


def test_what_aws_computes_is_not_adopted() -> None:
    vpc = resource(
        "ec2/vpc:Vpc", {"mainRouteTableId": "rtb-01234567"}, id=VPC, inputs=frozenset({"cidrBlock"})
    )
    assert adopted([vpc]) == {}


def test_each_provider_reads_its_own() -> None:
    roles = ("arn:aws:iam::210987654321:role/deploy",)
    program = [
        resource("ec2/subnet:Subnet", {"vpcId": VPC}),
        resource("ec2/eip:Eip", {"instance": "i-01234567"}, region="eu-west-1"),
        resource(
            "ec2/route:Route", {"routeTableId": "rtb-01234567"}, region=UNKNOWN, profile="ops", roles=roles
        ),
    ]
    assert adopted(program) == {
        Access("us-east-1"): {VPC},
        Access(None, "ops", roles): {"rtb-01234567"},
    }
