"""SmtpEndpoint: where the endpoint is, whom it lets in, and what it leaves out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components import SmtpEndpoint
from components.helpers.checks import ArgumentError
from reachability.values import UNKNOWN

VPC = "vpc-0e9cd2c204069ca54"
ENDPOINT = "mailroute:index:SmtpEndpoint::smtp"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"


def subnet(number: int, zone: str) -> dict[str, str]:
    return {"id": f"subnet-0000000{number}", "availability_zone": f"us-east-1{zone}"}


def args(**changes: Any) -> Any:
    return {"vpc_id": VPC, "subnets": [subnet(1, "a"), subnet(2, "b")], **changes}


def test_an_interface_endpoint_with_private_dns(register: Callable[..., Any]) -> None:
    graph = register(lambda: SmtpEndpoint("smtp", args()))
    assert graph.one("aws:ec2/vpcEndpoint:VpcEndpoint").inputs == {
        "vpcId": VPC,
        "serviceName": "com.amazonaws.us-east-1.email-smtp",
        "vpcEndpointType": "Interface",
        "privateDnsEnabled": True,
        "subnetIds": ["subnet-00000001", "subnet-00000002"],
        "securityGroupIds": ["smtp-id"],
        "tags": {"Name": "test-smtp", "pulumi:project": "mailroute", "pulumi:stack": "test"},
    }
    assert graph.outputs[ENDPOINT] == {
        "endpointId": "smtp-id",
        "securityGroupId": "smtp-id",
        "dnsNames": ["smtp.vpce.amazonaws.com"],
        "host": "email-smtp.us-east-1.amazonaws.com",
        "port": 587,
        "leftOut": [],
    }


def test_its_group_lets_nobody_in_unless_a_client_is_named(register: Callable[..., Any]) -> None:
    graph = register(lambda: SmtpEndpoint("smtp", args()))
    group = graph.one("aws:ec2/securityGroup:SecurityGroup").inputs
    assert "ingress" not in group
    assert "egress" not in group
    assert graph.of_type(INGRESS) == graph.of_type(EGRESS) == []


def test_a_client_is_let_out_and_in_on_its_port_only(register: Callable[..., Any]) -> None:
    graph = register(lambda: SmtpEndpoint("smtp", args(port=2465, client_security_group_ids=["sg-client"])))
    traffic = {"ipProtocol": "tcp", "fromPort": 2465, "toPort": 2465}
    tags = {"Name": "test-smtp-client-0-2465", "pulumi:project": "mailroute", "pulumi:stack": "test"}
    assert graph.one(EGRESS).inputs == {
        "securityGroupId": "sg-client",
        "referencedSecurityGroupId": "smtp-id",
        "tags": tags,
        **traffic,
    }
    assert graph.one(INGRESS).inputs == {
        "securityGroupId": "smtp-id",
        "referencedSecurityGroupId": "sg-client",
        "tags": tags,
        **traffic,
    }


def test_subnets_that_cannot_serve_are_left_out_and_named(
    register: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    given = [subnet(1, "f"), subnet(2, "b"), subnet(3, "b"), subnet(4, "a")]
    with caplog.at_level("INFO"):
        graph = register(lambda: SmtpEndpoint("smtp", args(subnets=given)))
    endpoint = graph.one("aws:ec2/vpcEndpoint:VpcEndpoint").inputs
    assert endpoint["subnetIds"] == ["subnet-00000002", "subnet-00000004"]
    left_out = [
        "subnet-00000001 in us-east-1f: com.amazonaws.us-east-1.email-smtp is not offered in this zone",
        "subnet-00000003 in us-east-1b: an endpoint takes one subnet of a zone, and has one there",
    ]
    assert graph.outputs[ENDPOINT]["leftOut"] == left_out
    assert [record.message for record in caplog.records] == [
        f"the SMTP endpoint leaves out {line}" for line in left_out
    ]


def test_new_subnets_are_chosen_by_zone_without_an_id(register: Callable[..., Any]) -> None:
    """The endpoint then depends on the subnets that it is in, and not on those that it leaves out."""

    def program() -> None:
        made = [
            aws.ec2.Subnet(
                f"s-{zone}", vpc_id=VPC, availability_zone=f"us-east-1{zone}", cidr_block="10.0.0.0/24"
            )
            for zone in "af"
        ]
        given = [
            {"id": one.id, "availability_zone": f"us-east-1{zone}"}
            for one, zone in zip(made, "af", strict=True)
        ]
        SmtpEndpoint("smtp", args(vpc_id=pulumi.Output.from_input(VPC), subnets=given))

    graph = register(program, preview=True)
    endpoint = graph.one("aws:ec2/vpcEndpoint:VpcEndpoint")
    assert endpoint.inputs["subnetIds"] == [UNKNOWN]
    assert endpoint.property_dependencies["subnetIds"] == {"aws:ec2/subnet:Subnet::s-a"}
    assert graph.outputs[ENDPOINT]["leftOut"] == [
        "subnet 2 in us-east-1f: com.amazonaws.us-east-1.email-smtp is not offered in this zone"
    ]


@pytest.mark.parametrize(
    ("attribute", "option"),
    [("enableDnsSupport", "dns-support"), ("enableDnsHostnames", "dns-hostnames")],
)
def test_private_dns_needs_the_vpcs(
    register: Callable[..., Any], account: Any, attribute: str, option: str
) -> None:
    account.vpcs[VPC][attribute] = False
    with pytest.raises(ArgumentError) as refused:
        register(lambda: SmtpEndpoint("smtp", args()), account=account)
    assert str(refused.value) == (
        f"SmtpEndpoint.vpc_id is '{VPC}': private DNS of the endpoint needs enable-{option} of the VPC; "
        f"run: aws ec2 modify-vpc-attribute --vpc-id {VPC} --enable-{option}"
    )
    assert refused.value.graph.resources == {}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"port": 25},
            "SmtpEndpoint.port is 25: it must be one of 587, 465, 2587, 2465; use 587",
        ),
        (
            {"subnets": []},
            "SmtpEndpoint.subnets is []: it must be a list of 1 to 16; name each one once",
        ),
        (
            {"subnets": [subnet(1, "a"), subnet(1, "b")]},
            "SmtpEndpoint.subnets is ['subnet-00000001', 'subnet-00000001']: 'subnet-00000001' stands there "
            "twice; name each one once",
        ),
        (
            {"subnets": [subnet(1, "e"), subnet(2, "f")]},
            "SmtpEndpoint.subnets is ['us-east-1e', 'us-east-1f']: com.amazonaws.us-east-1.email-smtp is "
            "offered in none of these zones; add a subnet in a zone that offers it",
        ),
        (
            {"subnets": [{"id": "subnet-00000001"}]},
            "SmtpEndpoint.subnets.availability_zone is None: it is required; give it a value",
        ),
        (
            {"private_dns": False},
            "SmtpEndpoint.private_dns: there is no such argument; known are vpc_id, subnets, adopt, port, "
            "client_cidr_blocks, client_security_group_ids",
        ),
        (
            {"client_cidr_blocks": ["10.0.0.1/8"]},
            "SmtpEndpoint.client_cidr_blocks[0] is '10.0.0.1/8': it must be an IPv4 block in CIDR notation "
            "(10.0.0.1/8 has host bits set); use '10.0.0.0/16'",
        ),
    ],
)
def test_wrong_arguments(register: Callable[..., Any], changes: Any, message: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        register(lambda: SmtpEndpoint("smtp", args(**changes)))
    assert str(refused.value) == message
    assert refused.value.graph.resources == {}  # type: ignore[attr-defined]
