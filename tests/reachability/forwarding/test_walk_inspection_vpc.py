"""Centralised inspection: a firewall in a VPC behind a transit gateway, there and back."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Egress, Hop, Origin, Verdict, merge, parse, prove
from tests.reachability.transited import ALL, OPEN_ACL

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
SPOKE, INSPECTION, EGRESS = "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"
TGW = "aws:ec2transitgateway"
ANY = "0.0.0.0/0"


class Account:
    """An evidence document, built VPC by VPC."""

    def __init__(self) -> None:
        self.resources: list[dict[str, Any]] = []
        self.vpcs: list[str] = []

    def hold(self, kind: str, identity: str, **properties: Any) -> None:
        self.resources.append({"type": kind, "id": identity, "properties": properties})

    def __getitem__(self, identity: str) -> dict[str, Any]:
        found: dict[str, Any] = next(
            entry["properties"] for entry in self.resources if entry["id"] == identity
        )
        return found

    def vpc(self, name: str, block: str) -> None:
        self.vpcs.append(name)
        ids = {"mainRouteTableId": f"{name}-main", "defaultNetworkAclId": f"{name}-acl"}
        dns = {"enableDnsSupport": True, "enableDnsHostnames": True}
        self.hold("aws:ec2/vpc:Vpc", name, cidrBlock=block, **ids, **dns)
        self.hold("aws:ec2/routeTable:RouteTable", f"{name}-main", vpcId=name, routes=[])
        self.hold(
            "aws:ec2/networkAcl:NetworkAcl", f"{name}-acl", vpcId=name, ingress=OPEN_ACL, egress=OPEN_ACL
        )

    def subnet(self, name: str, vpc: str, block: str, zone: str, routes: list[dict[str, Any]]) -> None:
        self.hold(
            "aws:ec2/subnet:Subnet", name, vpcId=vpc, cidrBlock=block, availabilityZone=f"us-east-1{zone}"
        )
        self.hold(
            "aws:ec2/routeTable:RouteTable",
            f"{name}-table",
            vpcId=vpc,
            routes=routes,
            associations=[{"subnetId": name}],
        )

    def prove(self) -> tuple[Egress, ...]:
        document = {
            "version": 1,
            "accountId": "123456789012",
            "region": "us-east-1",
            "vpcs": self.vpcs,
            "resources": self.resources,
        }
        evidence = parse(document)
        graph = merge([], evidence, project="p", stack="s")
        return prove(graph, zones=evidence.zones, origin=Origin.ACCOUNT)

    def verdict(self) -> tuple[Verdict, set[str]]:
        (egress,) = self.prove()
        return egress.verdict, {finding.code for finding in egress.outcome.findings}


def to(block: str, **target: str) -> dict[str, Any]:
    return {"cidrBlock": block, **target}


def by_tgw(block: str) -> dict[str, Any]:
    return to(block, transitGatewayId="tgw")


def spoke_and_gateway(account: Account, appliance_mode: str) -> None:
    account.vpc("spoke", SPOKE)
    account.subnet("app", "spoke", "10.1.1.0/24", "a", [by_tgw(ANY)])
    account.hold(f"{TGW}/transitGateway:TransitGateway", "tgw", defaultRouteTablePropagation="disable")
    account.hold(
        f"{TGW}/vpcAttachment:VpcAttachment",
        "attach-spoke",
        transitGatewayId="tgw",
        vpcId="spoke",
        subnetIds=["app"],
    )
    account.hold(
        f"{TGW}/vpcAttachment:VpcAttachment",
        "attach-inspection",
        transitGatewayId="tgw",
        vpcId="inspection",
        subnetIds=["attach-a"],
        applianceModeSupport=appliance_mode,
    )
    for attachment, table in (("attach-spoke", "before"), ("attach-inspection", "after")):
        account.hold(f"{TGW}/routeTable:RouteTable", f"tgw-{table}", transitGatewayId="tgw")
        account.hold(
            f"{TGW}/routeTableAssociation:RouteTableAssociation",
            f"assoc-{table}",
            transitGatewayAttachmentId=attachment,
            transitGatewayRouteTableId=f"tgw-{table}",
        )
    route(account, "before", ANY, "attach-inspection")
    route(account, "after", SPOKE, "attach-spoke")
    account.hold("aws:ec2/securityGroup:SecurityGroup", "sg", vpcId="spoke", ingress=[], egress=ALL)
    account.hold("aws:apprunner/vpcConnector:VpcConnector", "arn:c", subnets=["app"], securityGroups=["sg"])
    account.hold(
        "aws:apprunner/service:Service",
        "arn:s",
        serviceName="api",
        networkConfiguration={"egressConfiguration": {"egressType": "VPC", "vpcConnectorArn": "arn:c"}},
        sourceConfiguration={
            "imageRepository": {
                "imageConfiguration": {
                    "runtimeEnvironmentVariables": {"SMTP_HOST": "relay.example.com", "SMTP_PORT": "587"}
                }
            }
        },
    )


def route(account: Account, table: str, block: str, attachment: str) -> None:
    account.hold(
        f"{TGW}/route:Route",
        f"{table}-{block}",
        destinationCidrBlock=block,
        transitGatewayAttachmentId=attachment,
        transitGatewayRouteTableId=f"tgw-{table}",
    )


def firewall(account: Account, *zones: str) -> None:
    account.hold(
        "aws:networkfirewall/firewallPolicy:FirewallPolicy",
        "policy",
        arn="arn:policy",
        firewallPolicy={"statelessDefaultActions": ["aws:forward_to_sfe"]},
    )
    account.hold(
        "aws:networkfirewall/firewall:Firewall",
        "arn:firewall",
        firewallPolicyArn="arn:policy",
        vpcId="inspection",
        subnetMappings=[{"subnetId": f"fw-{zone}"} for zone in zones],
        firewallStatuses=[
            {
                "syncStates": [
                    {"attachments": [{"endpointId": f"vpce-{zone}", "subnetId": f"fw-{zone}"}]}
                    for zone in zones
                ]
            }
        ],
    )


def nat(account: Account, vpc: str, subnet: str) -> None:
    account.hold("aws:ec2/internetGateway:InternetGateway", "igw", vpcId=vpc)
    account.hold(
        "aws:ec2/natGateway:NatGateway",
        "nat",
        subnetId=subnet,
        connectivityType="public",
        allocationId="eipalloc-1",
    )


@pytest.fixture
def combined() -> Account:
    """Firewall and NAT gateway in one VPC behind the transit gateway."""
    account = Account()
    spoke_and_gateway(account, "enable")
    account.vpc("inspection", INSPECTION)
    account.subnet("attach-a", "inspection", "10.2.1.0/28", "a", [to(ANY, vpcEndpointId="vpce-a")])
    account.subnet("fw-a", "inspection", "10.2.2.0/28", "a", [to(ANY, natGatewayId="nat"), by_tgw(SPOKE)])
    account.subnet(
        "nat-a",
        "inspection",
        "10.2.3.0/28",
        "a",
        [to(ANY, gatewayId="igw"), to(SPOKE, vpcEndpointId="vpce-a")],
    )
    firewall(account, "a")
    nat(account, "inspection", "nat-a")
    return account


@pytest.fixture
def apart() -> Account:
    """The firewall in an inspection VPC, the NAT gateway in an egress VPC, a transit gateway between them."""
    account = Account()
    spoke_and_gateway(account, "enable")
    account.vpc("inspection", INSPECTION)
    account.subnet("attach-a", "inspection", "10.2.1.0/28", "a", [to(ANY, vpcEndpointId="vpce-a")])
    account.subnet("fw-a", "inspection", "10.2.2.0/28", "a", [by_tgw(ANY)])
    firewall(account, "a")
    account.vpc("egress", EGRESS)
    account.subnet("attach-egress", "egress", "10.3.1.0/28", "a", [to(ANY, natGatewayId="nat")])
    account.subnet("nat-a", "egress", "10.3.3.0/28", "a", [to(ANY, gatewayId="igw"), by_tgw(SPOKE)])
    nat(account, "egress", "nat-a")
    account.hold(
        f"{TGW}/vpcAttachment:VpcAttachment",
        "attach-to-egress",
        transitGatewayId="tgw",
        vpcId="egress",
        subnetIds=["attach-egress"],
    )
    account.hold(
        f"{TGW}/routeTableAssociation:RouteTableAssociation",
        "assoc-egress",
        transitGatewayAttachmentId="attach-to-egress",
        transitGatewayRouteTableId="tgw-before",
    )
    route(account, "after", ANY, "attach-to-egress")
    return account


def test_a_firewall_before_the_nat_gateway_of_a_hub_is_followed(combined: Account) -> None:
    assert combined.verdict() == (REACHABLE, set())


def test_the_path_shows_the_accounts_firewall_and_its_policy(combined: Account) -> None:
    (egress,) = combined.prove()

    kind, held = "aws:networkfirewall", Origin.ACCOUNT
    assert [hop for hop in egress.outcome.path if "firewall" in hop.kind] == [
        Hop("network-firewall", f"{kind}/firewall:Firewall::arn:firewall", "by its endpoint in fw-a", held),
        Hop(
            "firewall-policy",
            f"{kind}/firewallPolicy:FirewallPolicy::policy",
            "passes TCP 587: no stateful rule of firewall policy policy drops it",
            held,
        ),
    ]


def test_a_firewall_in_a_vpc_of_its_own_is_followed(apart: Account) -> None:
    assert apart.verdict() == (REACHABLE, set())


def test_replies_that_bypass_the_hubs_firewall_are_undetermined(combined: Account) -> None:
    combined["nat-a-table"]["routes"] = [to(ANY, gatewayId="igw"), by_tgw(SPOKE)]

    assert combined.verdict() == (UNDETERMINED, {"FIREWALL_ASYMMETRIC_ROUTING"})


def test_replies_without_a_route_are_lost(combined: Account) -> None:
    combined["nat-a-table"]["routes"].append({"cidrBlock": SPOKE, "state": "blackhole"})
    combined["nat-a-table"]["routes"].pop(1)

    assert combined.verdict() == (UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"})


def test_the_firewall_subnet_must_return_to_the_transit_gateway(combined: Account) -> None:
    combined["fw-a-table"]["routes"].pop()

    assert combined.verdict() == (UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"})


def test_the_transit_gateway_must_return_to_the_inspection_vpc(apart: Account) -> None:
    route(apart, "before", SPOKE, "attach-spoke")

    assert apart.verdict() == (UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"})


def test_the_attachment_subnet_must_return_by_the_firewall(apart: Account) -> None:
    apart["attach-a-table"]["routes"].append(by_tgw(SPOKE))

    assert apart.verdict() == (UNDETERMINED, {"FIREWALL_ASYMMETRIC_ROUTING"})


def test_a_firewall_that_drops_mail_stops_it_there_too(apart: Account) -> None:
    apart["policy"]["firewallPolicy"] = {"statelessDefaultActions": ["aws:drop"]}

    assert apart.verdict() == (UNREACHABLE, {"FIREWALL_RULES_RESTRICTION"})


def in_two_zones(account: Account) -> None:
    """A second zone with an attachment subnet and a firewall endpoint of its own."""
    account.subnet("attach-b", "inspection", "10.2.4.0/28", "b", [to(ANY, vpcEndpointId="vpce-b")])
    account.subnet("fw-b", "inspection", "10.2.5.0/28", "b", [by_tgw(ANY)])
    account["attach-inspection"]["subnetIds"].append("attach-b")
    account["arn:firewall"]["subnetMappings"].append({"subnetId": "fw-b"})
    account["arn:firewall"]["firewallStatuses"][0]["syncStates"].append(
        {"attachments": [{"endpointId": "vpce-b", "subnetId": "fw-b"}]}
    )


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("enable", (REACHABLE, set())), ("disable", (UNDETERMINED, {"FIREWALL_ASYMMETRIC_ROUTING"}))],
)
def test_without_appliance_mode_replies_may_come_in_another_zone(
    apart: Account, mode: str, expected: tuple[Verdict, set[str]]
) -> None:
    in_two_zones(apart)
    apart["attach-inspection"]["applianceModeSupport"] = mode

    assert apart.verdict() == expected


def test_in_appliance_mode_packets_may_leave_in_any_zone(apart: Account) -> None:
    """The second zone's endpoint subnet leads nowhere: a hash of the flow may choose it."""
    in_two_zones(apart)
    apart["fw-b-table"]["routes"] = []

    assert apart.verdict()[0] is UNDETERMINED


def test_a_transit_gateway_back_to_the_firewall_is_a_loop(
    apart: Account,
) -> None:
    apart.resources = [entry for entry in apart.resources if entry["id"] != f"after-{ANY}"]
    route(apart, "after", ANY, "attach-inspection")

    assert apart.verdict()[0] is UNREACHABLE
