"""The way to SES's SMTP endpoint: which VPC it is in, and by which of its names it is reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from reachability import Graph, Origin, Verdict, prove
from tests.reachability.stacks import (
    ANYWHERE,
    PRIVATE,
    REGION,
    VPC,
    Stack,
    name_host,
    own_network,
    ref,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
SES = {"SMTP_HOST": f"email-smtp.{REGION}.amazonaws.com", "SMTP_PORT": "587"}


@pytest.fixture
def two() -> Stack:
    """Two networks without a way out, and an endpoint in the first of them."""
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


def judge_each(stack: Stack, *unread: str) -> dict[str, tuple[Verdict, set[str]]]:
    """What becomes of each function's mail; the endpoint's VPC may be one of `unread` as well."""
    resources = [
        replace(found, dependencies={**found.dependencies, "vpcId": (*found.dependencies["vpcId"], *unread)})
        if found.name == "endpoint"
        else found
        for found in stack.resources(preview=True)
    ]
    return {
        egress.service: (egress.verdict, {finding.code for finding in egress.outcome.findings})
        for egress in prove(Graph(resources))
    }


def test_an_endpoint_is_a_way_out_of_its_own_vpc_alone(two: Stack) -> None:
    found = judge_each(two)

    assert found["mailer"] == (REACHABLE, set())
    assert found["other-mailer"] == (UNREACHABLE, {"ENDPOINT_IN_OTHER_VPC", "NO_ROUTE_TO_DESTINATION"})


def test_an_endpoint_that_may_be_in_a_vpc_that_was_not_read_may_not_take_the_name(two: Stack) -> None:
    verdict, codes = judge_each(two, "urn:gone")["mailer"]

    assert verdict is UNDETERMINED
    assert "VPC_NOT_READ" in codes


def test_its_subnets_may_be_associations_of_what_is_yet_to_be_made(two: Stack) -> None:
    association = "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation"
    two["endpoint"].pop("subnetIds")
    two.add(association, "link", vpcEndpointId=ref("endpoint"), subnetId=ref("private"))

    assert judge_each(two)["mailer"] == (REACHABLE, set())


def test_of_more_subnets_than_the_program_makes_one_was_not_read(two: Stack) -> None:
    two["endpoint"]["subnetIds"] = [ref("private"), ref("private")]

    verdict, codes = judge_each(two)["mailer"]
    assert verdict is UNDETERMINED
    assert "SUBNET_NOT_READ" in codes


def test_another_service_s_endpoint_is_no_way_to_a_mail_server(two: Stack) -> None:
    two["endpoint"]["serviceName"] = f"com.amazonaws.{REGION}.sqs"

    assert judge_each(two)["mailer"] == (UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"})


# By one of its own names --------------------------------------------------------------------------


def judge(stack: Stack) -> tuple[Verdict, set[str]]:
    (egress,) = stack.prove()
    return egress.verdict, {finding.code for finding in egress.outcome.findings}


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


def test_an_endpoint_in_another_vpc_is_at_fault_where_the_host_is_one_of_its_names(named: Stack) -> None:
    named["vpce-0a1b"]["vpcId"] = "vpc-0f"

    (egress,) = named.prove()

    assert [found.as_json()["resource"] for found in egress.outcome.findings] == ["vpce-0a1b"]


def test_an_endpoint_is_reached_by_its_own_name_without_private_dns(named: Stack) -> None:
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
def test_what_an_own_name_does_not_mend(
    named: Stack, change: Callable[[Stack], None], found: tuple[Verdict, set[str]]
) -> None:
    change(named)

    assert judge(named) == found
