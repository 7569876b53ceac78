"""The walk through NAT gateways: where what they translate goes, and what it is for."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Verdict
from tests.reachability.shown import judged, judged_with_more, sends_out, walked
from tests.reachability.stacks import (
    ACL,
    ANYWHERE,
    GATEWAY,
    PRIVATE,
    PRIVATE_TABLE,
    PUBLIC,
    PUBLIC_TABLE,
    VPC,
    Stack,
    name_host,
    own_network,
    ref,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
NOT_PUBLIC = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"


def test_its_own_subnet_must_lead_out(nat: Stack) -> None:
    assert sends_out(nat) == set()

    nat[PUBLIC_TABLE]["routes"] = []
    assert sends_out(nat) == {"NAT_SUBNET_NOT_PUBLIC"}


def test_a_nat_gateway_behind_another_is_not_followed(nat: Stack) -> None:
    nat[PUBLIC_TABLE]["routes"] = [{"cidrBlock": ANYWHERE, "natGatewayId": "nat-other", "state": "active"}]

    assert sends_out(nat) == {"NOT_MODELLED"}


def test_a_nat_gateway_that_routes_to_itself_is_not_public(nat: Stack) -> None:
    nat[PUBLIC_TABLE]["routes"] = []
    nat.add(
        "aws:ec2/route:Route",
        "loop",
        routeTableId=PUBLIC_TABLE,
        destinationCidrBlock=ANYWHERE,
        natGatewayId=ref("nat"),
    )

    assert sends_out(nat) == {"NAT_SUBNET_NOT_PUBLIC"}


@pytest.mark.parametrize("detached", [True, False])
def test_an_internet_gateway_must_be_attached(nat: Stack, detached: bool) -> None:
    if detached:
        del nat[GATEWAY]["vpcId"]
    else:
        nat[GATEWAY]["vpcId"] = "vpc-other"

    assert sends_out(nat) == {"BAD_STATE_ATTACHMENT"}


def test_an_attachment_of_its_own_attaches_it(nat: Stack) -> None:
    del nat[GATEWAY]["vpcId"]
    attachment = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"
    nat.add(attachment, "attachment", internetGatewayId=GATEWAY, vpcId=VPC)

    assert sends_out(nat) == set()


def test_a_private_nat_gateway_may_use_a_transit_gateway(nat: Stack) -> None:
    nat["nat"]["connectivityType"] = "private"
    nat[PUBLIC_TABLE]["routes"] = [{"cidrBlock": ANYWHERE, "transitGatewayId": "tgw-1", "state": "active"}]

    (egress,) = nat.prove()

    assert egress.verdict is UNDETERMINED


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"subnetId": "subnet-elsewhere"}, "NOT_MODELLED"),
        (
            {"subnetId": None, "allocationId": None, "vpcId": VPC, "availabilityMode": "regional"},
            "NOT_MODELLED",
        ),
    ],
)
def test_a_nat_gateway_without_a_known_subnet_is_not_modelled(
    nat: Stack, changed: dict[str, Any], code: str
) -> None:
    name_host(nat, "192.168.7.25")
    nat["nat"].update(changed)
    (egress,) = nat.prove()

    assert egress.verdict is UNDETERMINED
    assert [finding.code for finding in egress.outcome.findings] == [code]


@pytest.mark.parametrize("kind", ["public", "private"])
@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize(
    ("target", "verdict", "code"),
    [
        (None, UNREACHABLE, NOT_PUBLIC),
        ({"gatewayId": GATEWAY}, UNREACHABLE, NOT_PUBLIC),
        ({"transitGatewayId": "tgw-1", "state": "blackhole"}, UNREACHABLE, NOT_PUBLIC),
        ({"egressOnlyGatewayId": "eigw-1"}, UNREACHABLE, NOT_PUBLIC),
        ({"vpcPeeringConnectionId": "pcx-1"}, UNREACHABLE, NOT_PUBLIC),
        ({"transitGatewayId": "tgw-1"}, UNDETERMINED, "NOT_MODELLED"),
        ({"gatewayId": "vgw-1"}, UNDETERMINED, "NOT_MODELLED"),
        ({"natGatewayId": UNKNOWN}, UNDETERMINED, "ROUTE_TARGET_UNKNOWN"),
    ],
)
def test_where_a_nat_gateway_sends_private_destinations(
    nat: Stack, target: Any, verdict: Verdict, code: str, preview: bool, kind: str
) -> None:
    """Either kind of gateway carries private addresses to a transit or virtual private gateway."""
    name_host(nat, "10.50.0.5")
    nat["nat"]["connectivityType"] = kind
    if target is not None:
        nat[PUBLIC_TABLE]["routes"].append({"cidrBlock": "10.50.0.0/16", **target})
    (egress,) = nat.prove(preview=preview)

    assert egress.verdict is verdict
    assert [finding.code for finding in egress.outcome.findings] == [code]


def test_a_nat_gateway_maybe_in_an_unread_subnet(nat: Stack) -> None:
    name_host(nat, "10.50.0.5")
    nat.add("aws:ec2/subnet:Subnet", "public", vpcId=VPC, cidrBlock="172.31.200.0/24")
    association = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    nat.add(association, "link", subnetId=ref("public"), routeTableId=PUBLIC_TABLE)
    nat["nat"]["subnetId"] = ref("public")
    assert judged(nat) == (UNREACHABLE, {NOT_PUBLIC})

    assert judged_with_more(nat, "nat", "subnetId") == (UNDETERMINED, {NOT_PUBLIC, "NOT_MODELLED"})


def test_what_nat_sends_into_its_own_vpc_is_undetermined(nat: Stack) -> None:
    """A more specific route than the local one leads to the gateway, whose own table has the local one."""
    name_host(nat, "172.31.5.9")
    nat["default"]["destinationCidrBlock"] = "172.31.5.0/24"

    assert judged(nat) == (UNDETERMINED, {"DESTINATION_IN_VPC"})


def test_a_nat_gateway_of_the_account_is_a_hop_of_the_account(nat: Stack) -> None:
    nat.hold("aws:ec2/natGateway:NatGateway", "nat-there", subnetId=PUBLIC[0], connectivityType="public")
    nat["nat-there"]["allocationId"] = "eipalloc-1"
    nat["default"]["natGatewayId"] = "nat-there"

    assert [origin for *_, origin in walked(nat, "nat-gateway")] == ["account"]


def test_a_nat_gateway_of_another_vpc_takes_nothing(nat: Stack) -> None:
    own_network(nat, "other-")
    nat.remove("other-function")
    nat["default"]["natGatewayId"] = ref("other-nat")

    assert judged(nat) == (UNREACHABLE, {"NGW_REQUIRES_SOURCE_IN_VPC"})


def test_a_nat_gateway_in_another_vpc_of_the_account(nat: Stack) -> None:
    everything = [{"ruleNo": 100, "action": "allow", "protocol": "-1", "cidrBlock": ANYWHERE}]
    to_internet = {"cidrBlock": ANYWHERE, "gatewayId": "igw-other"}
    place = {"vpcId": "vpc-other", "cidrBlock": "10.9.0.0/20", "availabilityZone": "us-east-1a"}
    ids = {"mainRouteTableId": "rtb-other", "defaultNetworkAclId": "acl-other"}
    nat.hold("aws:ec2/vpc:Vpc", "vpc-other", cidrBlock="10.9.0.0/16", **ids)
    nat.hold("aws:ec2/subnet:Subnet", "subnet-other", **place)
    nat.hold("aws:ec2/routeTable:RouteTable", "rtb-other", vpcId="vpc-other", routes=[to_internet])
    acl = {"vpcId": "vpc-other", "ingress": everything, "egress": everything}
    nat.hold("aws:ec2/networkAcl:NetworkAcl", "acl-other", **acl)
    nat.hold("aws:ec2/internetGateway:InternetGateway", "igw-other", vpcId="vpc-other")
    nat["nat"]["subnetId"] = "subnet-other"
    assert nat.account is not None
    nat.account["vpcs"].append("vpc-other")

    assert judged(nat) == (UNREACHABLE, {"NGW_REQUIRES_SOURCE_IN_VPC"})


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_the_path_by_a_nat_gateway_is_shown_hop_by_hop(nat: Stack, preview: bool) -> None:
    client, relay = "connector" if preview else "id-connector", "smtp-relay.brevo.com"

    assert walked(nat, preview=preview) == [
        ("workload", "connector", "", "program"),
        ("subnet", PRIVATE[0], "us-east-1a", "account"),
        ("security-group", "connector-group", f"egress to {relay} on 587 allowed", "program"),
        ("network-acl", ACL, f"egress: TCP 587 to {relay} allowed", "account"),
        ("network-acl", ACL, f"ingress: replies (TCP 1024-65535) from {relay} allowed", "account"),
        ("route-table", PRIVATE_TABLE, PRIVATE_TABLE, "account"),
        ("nat-gateway", "nat", f"translates for {PRIVATE[0]}", "program"),
        ("nat-subnet", PUBLIC[0], f"route table {PUBLIC_TABLE}", "account"),
        ("internet-gateway", GATEWAY, "attached to the VPC", "account"),
        ("network-acl", ACL, f"egress: TCP 587 to {relay} allowed", "account"),
        ("network-acl", ACL, f"ingress: replies (TCP 1024-65535) from {relay} allowed", "account"),
        ("network-acl", ACL, f"ingress: TCP 587 from {client} allowed", "account"),
        ("network-acl", ACL, f"egress: replies (TCP 1024-65535) to {client} allowed", "account"),
        ("internet", relay, "", "aws default"),
    ]


@pytest.mark.parametrize(
    ("read", "code"), [([VPC], "NAT_GATEWAY_MISSING"), ([], "NAT_GATEWAY_NOT_READ")], ids=["read", "not read"]
)
def test_a_nat_gateway_is_missing_only_in_a_vpc_that_was_read(nat: Stack, read: list[str], code: str) -> None:
    name_host(nat, "8.8.8.8")
    nat["default"]["natGatewayId"] = "nat-gone"
    assert nat.account is not None
    nat.account["vpcs"] = read

    found, codes = judged(nat)
    assert found is UNDETERMINED
    assert code in codes


def test_an_unread_nat_gateway_is_not_missing(nat: Stack) -> None:
    nat["default"]["natGatewayId"] = "nat-gone"
    assert nat.account is not None
    nat.account["unread"] = [{"action": "ec2:DescribeNatGateways", "reason": "UnauthorizedOperation"}]

    _, codes = judged(nat)
    assert "NAT_GATEWAY_NOT_READ" in codes


def test_replies_by_an_appliance_are_undetermined(nat: Stack) -> None:
    nat[PUBLIC_TABLE]["routes"].append({"cidrBlock": "172.31.96.0/20", "networkInterfaceId": "eni-1"})

    assert judged(nat) == (UNDETERMINED, {"NOT_MODELLED"})
