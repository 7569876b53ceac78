"""The way to SES's SMTP endpoint: which VPC it is in, and by which of its names it is reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from reachability import UNKNOWN, Graph, Origin, Verdict, prove
from reachability.graph.zones import ZoneAvailability
from tests.reachability.shown import judged
from tests.reachability.stacks import (
    ANYWHERE,
    OWNER,
    PRIVATE,
    PRIVATE_TABLE,
    PUBLIC,
    REGION,
    VPC,
    Stack,
    either,
    name_host,
    own_network,
    ref,
    role,
    through,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
SES = {"SMTP_HOST": f"email-smtp.{REGION}.amazonaws.com", "SMTP_PORT": "587"}


@pytest.fixture
def two() -> Stack:
    """Two networks without an egress path, and an endpoint in the first of them."""
    stack = Stack()
    for prefix in ("", "other-"):
        own_network(stack, prefix)
        stack.remove(prefix + "private-out")
        stack[prefix + "function"]["environment"]["variables"] = SES
    stack.add(
        "aws:ec2/securityGroup:SecurityGroup",
        "group",
        vpcId=ref("vpc"),
        ingress=[{"protocol": "tcp", "fromPort": 587, "toPort": 587, "cidrBlocks": [ANYWHERE]}],
    )
    for prefix in ("", "other-"):
        stack.add(
            "aws:ec2/securityGroup:SecurityGroup",
            prefix + "client",
            vpcId=ref(prefix + "vpc"),
            egress=[{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": [ANYWHERE]}],
        )
        stack[prefix + "function"]["vpcConfig"]["securityGroupIds"] = [ref(prefix + "client")]
        stack[prefix + "private"]["availabilityZoneId"] = "use1-az4"
    stack.add(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "endpoint",
        vpcId=ref("vpc"),
        serviceName=f"com.amazonaws.{REGION}.email-smtp",
        vpcEndpointType="Interface",
        privateDnsEnabled=True,
        subnetIds=[ref("private")],
        securityGroupIds=[ref("group")],
    )
    return stack


def judge_each(
    stack: Stack, *unread: str, zones: ZoneAvailability | None = None
) -> dict[str, tuple[Verdict, set[str]]]:
    """What becomes of each function's mail; the endpoint's VPC may be one of `unread` as well."""
    resources = [
        replace(found, dependencies={**found.dependencies, "vpcId": (*found.dependencies["vpcId"], *unread)})
        if found.name == "endpoint"
        else found
        for found in stack.resources(preview=True)
    ]
    return {
        egress.service: (egress.verdict, {finding.code for finding in egress.outcome.findings})
        for egress in prove(Graph(resources), zones=zones)
    }


def test_an_endpoint_serves_its_own_vpc_alone(two: Stack) -> None:
    found = judge_each(two)

    assert found["mailer"] == (REACHABLE, set())
    assert found["other-mailer"] == (UNREACHABLE, {"ENDPOINT_IN_OTHER_VPC", "NO_ROUTE_TO_DESTINATION"})


def test_an_endpoint_that_may_be_in_either_vpc_is_undetermined(two: Stack) -> None:
    two["endpoint"]["vpcId"] = either("vpc", "other-vpc")

    codes = {"NO_ROUTE_TO_DESTINATION", "ENDPOINT_UNKNOWN", "VPC_NOT_READ"}
    assert judge_each(two)["mailer"] == (UNDETERMINED, codes)


def test_an_endpoint_in_a_possibly_unread_vpc_is_undetermined(two: Stack) -> None:
    verdict, codes = judge_each(two, "urn:gone")["mailer"]

    assert verdict is UNDETERMINED
    assert "VPC_NOT_READ" in codes


def test_an_endpoint_may_get_its_subnets_by_association(two: Stack) -> None:
    association = "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation"
    two["endpoint"].pop("subnetIds")
    two.add(association, "link", vpcEndpointId=ref("endpoint"), subnetId=ref("private"))

    assert judge_each(two)["mailer"] == (REACHABLE, set())


def test_a_zones_name_is_that_of_the_subnets_account(two: Stack) -> None:
    through(two, {"region": REGION, "assumeRoles": role(OWNER)})
    del two["private"]["availabilityZoneId"]
    two["private"]["availabilityZone"] = "us-east-1a"
    ids = {OWNER: "use1-az4", "444455556666": "use1-az2"}
    zones = ZoneAvailability({(account, REGION, "us-east-1a"): zone for account, zone in ids.items()})

    assert judge_each(two, zones=zones)["mailer"] == (REACHABLE, set())
    assert judge_each(two)["mailer"] == (UNDETERMINED, {"VPCE_ZONE_UNKNOWN"})


def test_of_more_subnets_than_the_program_makes_one_was_not_read(two: Stack) -> None:
    two["endpoint"]["subnetIds"] = [ref("private"), ref("private")]

    verdict, codes = judge_each(two)["mailer"]
    assert verdict is UNDETERMINED
    assert "SUBNET_NOT_READ" in codes


def test_another_services_endpoint_leads_to_no_mail_server(two: Stack) -> None:
    two["endpoint"]["serviceName"] = f"com.amazonaws.{REGION}.sqs"

    assert judge_each(two)["mailer"] == (UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"})


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("available", REACHABLE),
        ("deleted", REACHABLE),
        ("deleting", UNDETERMINED),
        ("failed", UNDETERMINED),
        ("rejected", UNDETERMINED),
        ("expired", UNDETERMINED),
    ],
)
def test_an_endpoint_that_is_gone_leaves_the_name_public(two: Stack, state: str, verdict: Verdict) -> None:
    whole = Stack()
    own_network(whole)
    two["endpoint"]["state"] = state
    assert judge_each(two)["mailer"][0] is (REACHABLE if state == "available" else UNREACHABLE)

    two.program["private-out"] = whole.program["private-out"]
    assert judge_each(two)["mailer"][0] is verdict


# By one of its own names --------------------------------------------------------------------------


@pytest.fixture
def named(ses: Stack) -> Stack:
    """The endpoint is the account's, without private DNS; the service names it by its own name."""
    ses.remove("endpoint")
    ses.hold(
        "aws:ec2/securityGroup:SecurityGroup",
        "sg-0e1f",
        vpcId=VPC,
        ingress=[{"protocol": "tcp", "fromPort": 587, "toPort": 587, "cidrBlocks": ["172.31.0.0/16"]}],
        egress=[],
    )
    ses.hold(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "vpce-0a1b",
        vpcId=VPC,
        serviceName=f"com.amazonaws.{REGION}.email-smtp",
        vpcEndpointType="Interface",
        privateDnsEnabled=False,
        subnetIds=list(PRIVATE),
        securityGroupIds=["sg-0e1f"],
        state="available",
    )
    name_host(ses, f"vpce-0a1b-2c3d.email-smtp.{REGION}.vpce.amazonaws.com")
    return ses


def test_an_endpoint_named_from_another_vpc_is_at_fault(named: Stack) -> None:
    named["vpce-0a1b"]["vpcId"] = "vpc-0f"

    (egress,) = named.prove()

    assert [found.as_json()["resource"] for found in egress.outcome.findings] == ["vpce-0a1b"]


def test_an_endpoints_own_name_needs_no_private_dns(named: Stack) -> None:
    named[VPC]["enableDnsHostnames"] = False

    (egress,) = named.prove()

    assert egress.verdict is REACHABLE
    assert (egress.outcome.path[-1].resource, egress.outcome.path[-1].origin) == (
        "aws:ec2/vpcEndpoint:VpcEndpoint::vpce-0a1b",
        Origin.ACCOUNT,
    )


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda stack: stack["sg-0e1f"].update(ingress=[]), (UNREACHABLE, {"ENI_SG_RULES_MISMATCH"})),
        (lambda stack: stack["vpce-0a1b"].update(state="failed"), (UNREACHABLE, {"BAD_STATE"})),
        (lambda stack: stack["vpce-0a1b"].update(vpcId="vpc-0f"), (UNDETERMINED, {"ENDPOINT_UNKNOWN"})),
        (
            lambda stack: stack["vpce-0a1b"].update(serviceName="com.amazonaws.vpce.us-east-1.vpce-svc-9f"),
            (UNDETERMINED, {"ENDPOINT_UNKNOWN"}),
        ),
        (lambda stack: stack.remove("vpce-0a1b"), (UNDETERMINED, {"ENDPOINT_UNKNOWN"})),
        (
            lambda stack: stack[VPC].update(enableDnsSupport=False),
            (UNDETERMINED, {"VPC_DNS_SUPPORT_OFF"}),
        ),
    ],
    ids=["group", "state", "VPC", "service", "unread", "no resolver"],
)
def test_an_endpoints_own_name_does_not_fix_it(
    named: Stack, change: Callable[[Stack], None], found: tuple[Verdict, set[str]]
) -> None:
    change(named)

    assert judged(named) == found


def test_a_zone_whose_name_is_not_known_is_told_by_its_id(ses: Stack) -> None:
    ses[PRIVATE[0]].update(availabilityZone=UNKNOWN, availabilityZoneId="use1-az2")
    (egress,) = ses.prove()

    (finding,) = egress.outcome.findings
    assert finding.message == (
        f"subnet {PRIVATE[0]} is in zone use1-az2, where AWS does not offer SES's SMTP endpoint"
    )


def test_another_regions_endpoint_that_is_gone_frees_no_name(ses: Stack) -> None:
    ses["endpoint-group"]["ingress"] = []
    service = {"vpcId": VPC, "serviceName": "com.amazonaws.eu-west-1.email-smtp", "state": "deleting"}
    ses.hold("aws:ec2/vpcEndpoint:VpcEndpoint", "vpce-other", vpcEndpointType="Interface", **service)
    route = {"routeTableId": PRIVATE_TABLE, "destinationCidrBlock": ANYWHERE, "natGatewayId": "nat-there"}
    ses.add("aws:ec2/route:Route", "default", **route)
    ses.hold("aws:ec2/natGateway:NatGateway", "nat-there", subnetId=PUBLIC[0], connectivityType="public")
    ses["nat-there"].update(allocationId="eipalloc-1", state="available")
    (egress,) = ses.prove()

    assert egress.verdict is Verdict.UNREACHABLE
    name_host(ses, "smtp.example.com")
    (egress,) = ses.prove()
    assert egress.verdict is Verdict.REACHABLE
