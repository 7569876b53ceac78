"""Whether SES's host name leads to the VPC's SMTP endpoint, and what happens where that is broken."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Verdict
from tests.reachability.shown import judged
from tests.reachability.stacks import (
    ACL,
    PRIVATE,
    PRIVATE_TABLE,
    VPC,
    Stack,
    add_nat_gateway,
    image,
    name_host,
    ref,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED


def test_a_broken_endpoint_takes_the_name_despite_a_nat_gateway(ses: Stack) -> None:
    add_nat_gateway(ses)
    ses["endpoint-group"]["ingress"] = []

    assert judged(ses) == (UNREACHABLE, {"ENI_SG_RULES_MISMATCH"})


@pytest.mark.parametrize(
    ("nat", "groups_open", "verdict"),
    [
        (False, True, UNDETERMINED),
        (True, True, REACHABLE),
        (True, False, UNDETERMINED),
        (False, False, UNREACHABLE),
    ],
)
def test_an_endpoint_may_take_the_name_of_the_fips_host(
    nat: bool, groups_open: bool, verdict: Verdict, ses: Stack
) -> None:
    name_host(ses, "email-smtp-fips.us-east-1.amazonaws.com")
    if nat:
        add_nat_gateway(ses)
    if not groups_open:
        ses["endpoint-group"]["ingress"] = []

    assert judged(ses)[0] is verdict


def test_without_private_dns_the_name_leads_to_the_nat_gateway(ses: Stack) -> None:
    add_nat_gateway(ses)
    ses["endpoint"]["privateDnsEnabled"] = False

    assert judged(ses) == (REACHABLE, set())


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"enableDnsHostnames": False}, "VPC_DNS_HOSTNAMES_OFF"),
        ({"enableDnsSupport": None}, "VPC_DNS_UNKNOWN"),
        ({"dhcpOptionsId": "dopt-1"}, "VPC_OTHER_RESOLVER"),
    ],
)
def test_without_private_dns_in_the_vpc_the_name_stays_public(
    ses: Stack, change: dict[str, Any], code: str, in_order: bool
) -> None:
    add_nat_gateway(ses)
    ses[VPC].update(change)
    if not in_order:
        ses["endpoint-group"]["ingress"] = []

    verdict, codes = judged(ses)

    assert verdict is UNDETERMINED
    assert code in codes


def test_an_unread_endpoint_may_take_the_name(ses: Stack) -> None:
    add_nat_gateway(ses)
    ses.remove("endpoint")
    assert judged(ses) == (REACHABLE, set())

    assert ses.account is not None
    ses.account["unread"] = [{"action": "ec2:DescribeVpcEndpoints", "reason": "AccessDenied"}]
    assert judged(ses)[0] is UNDETERMINED


def test_an_endpoint_maybe_in_another_vpc_may_not_take_the_name(ses: Stack) -> None:
    ses["endpoint"]["vpcId"] = ref("a VPC that is not in the graph")

    verdict, codes = judged(ses)
    assert verdict is UNDETERMINED
    assert "VPC_NOT_READ" in codes

    name_host(ses, ref("a host that is an output"))
    assert judged(ses)[0] is UNDETERMINED

    ses["service"]["sourceConfiguration"] = image({})
    assert "ENDPOINT_UNKNOWN" in judged(ses)[1]


def test_one_interface_that_cannot_be_reached_leaves_the_other(ses: Stack) -> None:
    ses["connector"]["subnets"] = [PRIVATE[0]]
    ses[ACL]["egress"].insert(
        0,
        {
            "ruleNo": 1,
            "action": "deny",
            "protocol": "-1",
            "fromPort": 0,
            "toPort": 0,
            "cidrBlock": "172.31.112.0/20",
        },
    )

    assert judged(ses) == (UNDETERMINED, {"SUBNET_ACL_RESTRICTION"})


def test_an_appliance_on_the_way_is_not_followed(ses: Stack) -> None:
    ses[PRIVATE_TABLE]["routes"] = [
        {"cidrBlock": "172.31.112.0/20", "networkInterfaceId": "eni-1", "state": "active"}
    ]

    assert judged(ses) == (UNDETERMINED, {"NOT_MODELLED"})


def test_a_broken_endpoint_that_may_not_take_the_name(ses: Stack) -> None:
    add_nat_gateway(ses)
    ses["endpoint-group"]["ingress"] = []
    ses["endpoint"]["privateDnsEnabled"] = ref("nothing")

    assert judged(ses) == (UNDETERMINED, {"ENI_SG_RULES_MISMATCH", "ENDPOINT_PRIVATE_DNS_UNKNOWN"})
