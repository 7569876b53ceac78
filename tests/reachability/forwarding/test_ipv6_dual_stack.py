"""A host by its name from a subnet of both families: IPv4 is enough, and IPv6 may be a way beside it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reachability import UNKNOWN, Settings, Verdict
from reachability.verdict import Finding
from tests.reachability.over_ipv6 import RELAY6, SETTING, network
from tests.reachability.shown import judged
from tests.reachability.stacks import ANYWHERE, Stack, ref, urn

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
NAME = "smtp.example.com"
NO_WAY = (UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"})
PERHAPS = (UNDETERMINED, {"HOST_OVER_IPV6", "NO_ROUTE_TO_DESTINATION"})


@pytest.fixture
def dual() -> Stack:
    """Tasks with IPv6 addresses, in a subnet with a way out over IPv6 and over NAT64, and none over IPv4."""
    stack = network(NAME, ipv6_only=False)
    stack.add(SETTING, "setting", name="dualStackIPv6", value="enabled")
    everything = {"protocol": "-1", "fromPort": 0, "toPort": 0}
    both = {"cidrBlocks": [ANYWHERE], "ipv6CidrBlocks": ["::/0"]}
    stack["group"]["egress"] = [{**everything, **both}]
    return stack


def test_a_host_unreachable_over_ipv4_may_have_an_ipv6_address(dual: Stack) -> None:
    (egress,) = dual.prove()

    question, missing = egress.outcome.findings
    assert question == Finding(
        "HOST_OVER_IPV6",
        urn("aws:ec2/subnet:Subnet", "tasks"),
        f"there is no way to {NAME} over IPv4, and there may be one over IPv6, if the host has it",
        "route 0.0.0.0/0 to a NAT gateway too, or give the host's addresses in the pack's config",
        UNDETERMINED,
    )
    assert (missing.code, missing.verdict) == ("NO_ROUTE_TO_DESTINATION", UNDETERMINED)


def test_a_way_over_ipv4_is_enough(dual: Stack) -> None:
    route = {"destinationCidrBlock": ANYWHERE, "natGatewayId": ref("nat")}
    dual.add("aws:ec2/route:Route", "out4", routeTableId=ref("tasks-table"), **route)

    assert judged(dual) == (REACHABLE, set())


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda stack: stack["setting"].update(value=UNKNOWN), PERHAPS),
        (lambda stack: stack["setting"].update(value="disabled"), NO_WAY),
        (lambda stack: stack["tasks"].pop("ipv6CidrBlock"), NO_WAY),
        (lambda stack: stack.remove("out6"), NO_WAY),
    ],
    ids=["may have no addresses", "has no addresses", "has no block", "has no route"],
)
def test_where_ipv6_is_no_way_either_the_host_is_not_reached(
    dual: Stack, change: Callable[[Stack], object], found: tuple[Verdict, set[str]]
) -> None:
    change(dual)

    assert judged(dual) == found


@pytest.mark.parametrize(
    ("dns64", "found"), [(True, PERHAPS), (UNKNOWN, PERHAPS), (False, NO_WAY), (None, NO_WAY)]
)
def test_dns64_makes_an_ipv6_address_for_a_host_that_has_none(
    dual: Stack, dns64: object, found: tuple[Verdict, set[str]]
) -> None:
    dual.remove("out6")
    if dns64 is not None:
        dual["tasks"]["enableDns64"] = dns64
    assert judged(dual) == found

    dual.remove("nat64")
    assert judged(dual) == NO_WAY


@pytest.mark.parametrize(
    ("change", "perhaps"),
    [
        (lambda _stack: None, True),
        (lambda stack: stack["setting"].update(value="disabled"), False),
        (lambda stack: stack["tasks"].pop("ipv6CidrBlock"), False),
    ],
    ids=["has addresses", "has no addresses", "has no block"],
)
def test_another_resolver_may_have_its_own_dns64(
    dual: Stack, change: Callable[[Stack], object], perhaps: bool
) -> None:
    for name in ("out6", "nat64"):
        dual.remove(name)
    dual.add("aws:ec2/vpcDhcpOptions:VpcDhcpOptions", "options", domainNameServers=["10.0.0.9"])
    association = "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation"
    dual.add(association, "link", vpcId=ref("vpc"), dhcpOptionsId=ref("options"))
    change(dual)

    verdict, codes = judged(dual)

    assert verdict is (UNDETERMINED if perhaps else UNREACHABLE)
    assert ("HOST_OVER_IPV6" in codes) is perhaps


@pytest.mark.parametrize(
    ("addresses", "dns64", "found"),
    [
        (("1.1.1.1/32",), True, PERHAPS),
        (("1.1.1.1/32",), False, NO_WAY),
        (("1.1.1.1/32", RELAY6), True, NO_WAY),
    ],
    ids=["DNS64", "no DNS64", "DNS64 leaves out a host that has an IPv6 address"],
)
def test_dns64_is_for_hosts_without_ipv6_addresses(
    dual: Stack, addresses: tuple[str, ...], dns64: bool, found: tuple[Verdict, set[str]]
) -> None:
    dual.remove("out6")
    dual["tasks"]["enableDns64"] = dns64

    assert judged(dual, settings=Settings(addresses={NAME: addresses})) == found
