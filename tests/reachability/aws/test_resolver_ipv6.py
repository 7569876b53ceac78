"""Records with IPv6 addresses, alone or beside those of IPv4."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Verdict
from tests.reachability.over_ipv6 import RELAY6, SETTING, network
from tests.reachability.shown import judged
from tests.reachability.stacks import ANYWHERE, Stack, ref

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
NAME, IPV4 = "smtp.example.com", "1.1.1.1"
NO_WAY = (UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"})
PERHAPS = (UNDETERMINED, {"HOST_OVER_IPV6", "NO_ROUTE_TO_DESTINATION"})


def zone(stack: Stack) -> None:
    stack["vpc"]["enableDnsHostnames"] = True
    stack.add("aws:route53/zone:Zone", "zone", name=NAME, vpcs=[{"vpcId": ref("vpc")}])


def record(stack: Stack, kind: str, *values: Any, **more: Any) -> None:
    held = {"records": list(values)} if values else {}
    given = {"zoneId": ref("zone"), "name": NAME, "type": kind, **held, **more}
    stack.add("aws:route53/record:Record", kind, **given)


@pytest.fixture
def dual() -> Stack:
    """Tasks with addresses of both families, a way out over IPv6 and over NAT64, and none over IPv4."""
    stack = network(NAME, ipv6_only=False)
    stack.add(SETTING, "setting", name="dualStackIPv6", value="enabled")
    everything = {"protocol": "-1", "fromPort": 0, "toPort": 0}
    both = {"cidrBlocks": [ANYWHERE], "ipv6CidrBlocks": ["::/0"]}
    stack["group"]["egress"] = [{**everything, **both}]
    zone(stack)
    return stack


def test_an_address_of_ipv6_alone(dual: Stack) -> None:
    record(dual, "AAAA", RELAY6)
    assert judged(dual) == (REACHABLE, set())

    dual.remove("out6")
    assert judged(dual) == NO_WAY


def test_addresses_of_both_families_are_one_answer(dual: Stack) -> None:
    record(dual, "AAAA", RELAY6)
    record(dual, "A", IPV4)
    assert judged(dual) == PERHAPS

    dual.remove("AAAA")
    assert judged(dual) == NO_WAY


@pytest.mark.parametrize(
    "given", [{"records": [ref("config")]}, {"aliases": [{"name": "relay.example.org", "zoneId": "Z2"}]}]
)
def test_an_address_of_ipv6_that_is_not_known(given: dict[str, Any], dual: Stack) -> None:
    record(dual, "A", IPV4)
    record(dual, "AAAA", **given)
    assert judged(dual) == PERHAPS

    dual.remove("A")
    assert judged(dual) == (UNDETERMINED, {"DNS_RECORD_UNKNOWN"})


@pytest.fixture
def alone() -> Stack:
    """Tasks in a subnet of IPv6 alone."""
    stack = network(NAME, ipv6_only=True)
    stack["vpc"]["enableDnsSupport"] = True
    zone(stack)
    return stack


def test_from_ipv6_alone_to_either_family(alone: Stack) -> None:
    assert judged(alone) == (UNREACHABLE, {"NAME_WITHOUT_RECORD"})

    record(alone, "AAAA", RELAY6)
    assert judged(alone) == (REACHABLE, set())

    alone.remove("AAAA")
    record(alone, "A", IPV4)
    assert judged(alone) == (REACHABLE, set())

    alone.remove("nat64")
    alone.remove("out6")
    assert judged(alone)[0] is UNREACHABLE


def test_from_ipv6_alone_to_an_endpoint_is_open(alone: Stack) -> None:
    service = {"serviceName": "com.amazonaws.us-east-1.email-smtp", "vpcEndpointType": "Interface"}
    alone.add("aws:ec2/vpcEndpoint:VpcEndpoint", "endpoint", vpcId=ref("vpc"), **service)
    target = {"name": ref("endpoint"), "zoneId": ref("endpoint")}
    record(alone, "A", aliases=[target])

    assert judged(alone) == (UNDETERMINED, {"ENDPOINT_OVER_IPV6"})
