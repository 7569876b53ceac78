"""An SMTP endpoint in another VPC, by its own name or a private zone: over peering or a transit gateway."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reachability import Verdict
from tests.reachability import transited
from tests.reachability.shown import judged
from tests.reachability.stacks import (
    ANYWHERE,
    PRIVATE,
    PRIVATE_TABLE,
    REGION,
    VPC,
    Stack,
    either,
    name_host,
    ref,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
OWN_NAME = f"vpce-0a1b-2c3d.email-smtp.{REGION}.vpce.amazonaws.com"
SES = f"email-smtp.{REGION}.amazonaws.com"
ENDPOINT, GROUP = "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/securityGroup:SecurityGroup"
ZONE, RECORD = "aws:route53/zone:Zone", "aws:route53/record:Record"
OPEN = {"ruleNo": 100, "action": "allow", "protocol": "-1", "cidrBlock": ANYWHERE}
SMTP = {"protocol": "tcp", "fromPort": 587, "toPort": 587}
SERVICE: dict[str, Any] = {
    "serviceName": f"com.amazonaws.{REGION}.email-smtp",
    "vpcEndpointType": "Interface",
    "privateDnsEnabled": False,
}


@pytest.fixture
def peered(ses: Stack) -> Stack:
    """The endpoint of the incident's stack is in a VPC that peers with the service's, in the program."""
    ses.remove("endpoint-group")
    ses.remove("endpoint")
    ses.add("aws:ec2/vpc:Vpc", "hub", cidrBlock="10.9.0.0/16", enableDnsHostnames=True)
    ses.add(
        "aws:ec2/subnet:Subnet",
        "there",
        vpcId=ref("hub"),
        cidrBlock="10.9.1.0/24",
        availabilityZoneId="use1-az4",
    )
    ses.add("aws:ec2/routeTable:RouteTable", "back", vpcId=ref("hub"))
    link = {"subnetId": ref("there"), "routeTableId": ref("back")}
    ses.add("aws:ec2/routeTableAssociation:RouteTableAssociation", "back-link", **link)
    ses.add(
        "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
        "peering",
        vpcId=VPC,
        peerVpcId=ref("hub"),
        autoAccept=True,
    )
    for name, table, block in (
        ("go", PRIVATE_TABLE, "10.9.0.0/16"),
        ("return", ref("back"), "172.31.0.0/16"),
    ):
        way = {"destinationCidrBlock": block, "vpcPeeringConnectionId": ref("peering")}
        ses.add("aws:ec2/route:Route", name, routeTableId=table, **way)
    ses.add(
        GROUP,
        "endpoint-group",
        vpcId=ref("hub"),
        ingress=[{**SMTP, "cidrBlocks": ["172.31.0.0/16"]}],
        egress=[],
    )
    place = {"vpcId": ref("hub"), "subnetIds": [ref("there")], "securityGroupIds": [ref("endpoint-group")]}
    ses.add(ENDPOINT, "endpoint", **place, **SERVICE)
    ses.add(ZONE, "zone", name=SES, vpcs=[{"vpcId": VPC}])
    target = {"name": ref("endpoint"), "zoneId": ref("endpoint"), "evaluateTargetHealth": True}
    ses.add(RECORD, "record", zoneId=ref("zone"), name=SES, type="A", aliases=[target])
    return ses


def test_a_zone_leads_to_a_central_endpoint_over_peering(peered: Stack) -> None:
    assert judged(peered) == (REACHABLE, set())
    (egress,) = peered.prove()
    assert [hop.kind for hop in egress.outcome.path if hop.kind in ("dns-record", "peering-connection")] == [
        "dns-record",
        "peering-connection",
    ]
    assert [one.code for one in egress.outcome.assumptions] == ["PLANNED_IDS"]


def close_acl(stack: Stack) -> None:
    acl = {"vpcId": ref("hub"), "subnetIds": [ref("there")], "ingress": [], "egress": [OPEN]}
    stack.add("aws:ec2/networkAcl:NetworkAcl", "acl", **acl)


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        (lambda stack: stack.remove("go"), (UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"})),
        (lambda stack: stack.remove("return"), (UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"})),
        (lambda stack: stack["endpoint-group"].update(ingress=[]), (UNREACHABLE, {"ENI_SG_RULES_MISMATCH"})),
        (
            lambda stack: stack["endpoint-group"]["ingress"][0].update(
                cidrBlocks=[], securityGroups=[ref("connector-group")]
            ),
            (UNDETERMINED, {"ENI_SG_RULES_MISMATCH"}),
        ),
        (
            lambda stack: stack["connector-group"].update(
                egress=[{**SMTP, "securityGroups": [ref("endpoint-group")]}]
            ),
            (UNDETERMINED, {"ENI_SG_RULES_MISMATCH"}),
        ),
        (lambda stack: stack["connector-group"].update(egress=[]), (UNREACHABLE, {"ENI_SG_RULES_MISMATCH"})),
        (close_acl, (UNREACHABLE, {"SUBNET_ACL_RESTRICTION"})),
        (lambda stack: stack["peering"].update(acceptStatus="rejected"), (UNREACHABLE, {"BAD_STATE"})),
        (lambda stack: stack["endpoint"].update(subnetIds=[]), (UNREACHABLE, {"ENDPOINT_NO_SUBNET"})),
        (lambda stack: stack["endpoint"].update(subnetIds=["subnet-9"]), (UNDETERMINED, None)),
        (lambda stack: stack["zone"].update(vpcs=[{"vpcId": ref("hub")}]), (UNREACHABLE, None)),
        (
            lambda stack: stack["endpoint"].update(vpcId=ref("config")),
            (UNDETERMINED, {"ENDPOINT_UNKNOWN"}),
        ),
    ],
)
def test_what_is_wrong_on_the_way(
    change: Callable[[Stack], object], answer: tuple[Verdict, set[str] | None], peered: Stack
) -> None:
    change(peered)

    verdict, codes = judged(peered)
    assert (verdict, answer[1] and codes) == answer


def test_port_that_ses_does_not_offer(peered: Stack) -> None:
    name_host(peered, SES, "2525")
    peered["endpoint-group"]["ingress"][0].update(fromPort=0, toPort=65535)

    assert judged(peered) == (UNREACHABLE, {"ENDPOINT_PORT"})


def transit(subnet: str = "subnet-smtp", name: str = SES) -> dict[str, Any]:
    """The same in a hub VPC behind a transit gateway, as the account has it."""
    account = transited.centralised()
    back = [{"cidrBlock": "10.1.0.0/16", "transitGatewayId": "tgw-1"}]
    if subnet == "subnet-smtp":
        account["resources"] += transited.parts_of_subnet(subnet, transited.HUB, "10.2.3.0/24", back)
    else:
        transited.properties_of(account, f"rtb-{subnet}")["routes"] += back
    group = {"ingress": [{**SMTP, "cidrBlocks": ["10.1.0.0/16"]}], "egress": []}
    records = {"zoneId": "Z1", "name": SES}
    alias = [{"name": OWN_NAME, "zoneId": "Z7HUB22UULQXV"}]
    account["resources"] += [
        transited.entry(GROUP, "sg-smtp", vpcId=transited.HUB, **group),
        transited.entry(
            ENDPOINT,
            "vpce-0a1b",
            vpcId=transited.HUB,
            subnetIds=[subnet],
            securityGroupIds=["sg-smtp"],
            state="available",
            **SERVICE,
        ),
        transited.entry(ZONE, "Z1", name=SES, vpcs=[{"vpcId": transited.SPOKE}]),
        transited.entry(RECORD, "Z1_SOA", **records, type="SOA"),
        transited.entry(RECORD, "Z1_A", **records, type="A", aliases=alias),
    ]
    transited.properties_of(account, subnet)["availabilityZoneId"] = "use1-az4"
    service = transited.properties_of(account, "arn:s")["sourceConfiguration"]["imageRepository"]
    service["imageConfiguration"]["runtimeEnvironmentVariables"]["SMTP_HOST"] = name
    return account


@pytest.mark.parametrize("name", [SES, OWN_NAME])
@pytest.mark.parametrize("subnet", ["subnet-smtp", "subnet-tgw"])
def test_a_central_endpoint_behind_a_transit_gateway(subnet: str, name: str) -> None:
    assert transited.judge(transit(subnet, name)) == ("reachable", [])


def test_replies_of_a_central_endpoint_need_a_route() -> None:
    account = transit()
    transited.properties_of(account, "rtb-subnet-smtp")["routes"] = []

    assert transited.judge(account) == ("unreachable", ["NO_ROUTE_TO_DESTINATION"])


def test_an_acl_in_the_attachment_s_own_subnet_is_open() -> None:
    account = transit("subnet-tgw")
    transited.properties_of(account, f"acl-{transited.HUB}")["ingress"] = []

    verdict, codes = transited.judge(account)
    assert verdict == "unreachable"  # The transit gateway's own interface is in that subnet.
    assert set(codes) == {"SUBNET_ACL_RESTRICTION"}


# By an output ----------------------------------------------------------------------------------------


def by_output(stack: Stack, *names: str) -> None:
    """The service's host is an output of one of `names`."""
    name_host(stack, either(*names))


def test_a_host_that_an_endpoint_gives_is_its_own_name(ses: Stack) -> None:
    ses["endpoint"]["privateDnsEnabled"] = False
    by_output(ses, "endpoint")
    assert judged(ses) == (REACHABLE, set())
    (egress,) = ses.prove()
    assert "PLANNED_IDS" in {one.code for one in egress.outcome.assumptions}

    ses["endpoint-group"]["ingress"] = []
    assert judged(ses) == (UNREACHABLE, {"ENI_SG_RULES_MISMATCH"})


@pytest.mark.parametrize("others", [("connector-group",), ("config",)])
def test_a_host_that_may_come_from_elsewhere_is_open(others: tuple[str, ...], ses: Stack) -> None:
    ses.add("aws:ec2/eip:Eip", "config", domain="vpc")
    by_output(ses, "endpoint", *others)

    verdict, codes = judged(ses)
    assert verdict is UNDETERMINED
    assert "HOST_UNKNOWN" in codes


@pytest.mark.parametrize(
    ("internal", "answer"),
    [
        (True, (UNDETERMINED, {"DESTINATION_IN_VPC"})),
        (ref("config"), (UNDETERMINED, {"DNS_RECORD_UNKNOWN"})),
        (False, (REACHABLE, set())),
    ],
)
def test_a_host_that_a_load_balancer_gives(
    internal: Any, answer: tuple[Verdict, set[str]], nat: Stack
) -> None:
    balancer = {"internal": internal, "subnets": list(PRIVATE)}
    nat.add("aws:lb/loadBalancer:LoadBalancer", "balancer", **balancer)
    by_output(nat, "balancer")

    assert judged(nat) == answer


def test_a_host_that_something_else_gives_is_open(nat: Stack) -> None:
    nat.add("aws:ec2/eip:Eip", "relay", domain="vpc")
    by_output(nat, "relay")

    assert judged(nat) == (UNDETERMINED, {"HOST_UNKNOWN"})


def test_groups_know_each_other_over_peering(peered: Stack) -> None:
    """A rule that is made after the connection names the group on the other side."""
    ingress = [{**SMTP, "securityGroups": [ref("connector-group")]}]
    peered["endpoint-group"]["ingress"] = ingress
    peered.depends_on["endpoint-group"] = ("peering",)

    assert judged(peered) == (REACHABLE, set())
